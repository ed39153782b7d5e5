"""Frames of CVAT jobs on the disk, one folder a job, bounded over all jobs together.

Layout: ``ROOT/<hash of the server>/job-7@host/`` with ``vostool-cvat-job.json`` (what the job is)
and the pictures as the server sent them, named by the server's frame number. The least recently
used pictures go first; what is gone is fetched again when it is wanted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from pathlib import Path

import platformdirs

from vostool.errors import SourceError
from vostool.io.cvat_server.job import Job, job_title
from vostool.replacing import replacing
from vostool.words import tr

MANIFEST = "vostool-cvat-job.json"
FOLDER_VARIABLE, SIZE_VARIABLE = "VOSTOOL_CVAT_CACHE", "VOSTOOL_CVAT_CACHE_MB"
DEFAULT_MEGABYTES = 8192
_SUFFIX = ".frame"
_LEFT_AFTER_PRUNING = 0.9


def cache_root() -> Path:
    """The folder of all jobs; the environment variable VOSTOOL_CVAT_CACHE names another."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    return Path(platformdirs.user_cache_dir("vostool", appauthor=False)) / "cvat-frames"


def cache_bytes() -> int:
    """The bound; VOSTOOL_CVAT_CACHE_MB sets another."""
    chosen = os.environ.get(SIZE_VARIABLE, "")
    megabytes = int(chosen) if chosen.isdigit() else DEFAULT_MEGABYTES
    return megabytes * 1_000_000


def folder_of(url: str, job_id: int) -> Path:
    """Where a job's frames lie, whether there are any yet or not."""
    server = hashlib.blake2b(url.encode(), digest_size=6).hexdigest()
    return cache_root() / server / job_title(url, job_id)


def job_folder(job: Job) -> Path:
    """:func:`folder_of` for a job."""
    return folder_of(job.url, job.id)


def write_manifest(job: Job) -> Path:
    """Make the job's folder say which job it is; returns the folder.

    Raises:
        SourceError: it cannot be written.
    """
    folder = job_folder(job)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / MANIFEST, json.dumps(job.to_json()).encode())
    except OSError as error:
        raise SourceError(
            tr(
                "The frame cache '{folder}' cannot be written ({strerror}); "
                "free space, or name another folder with {folder_variable}.",
                folder=folder,
                strerror=error.strerror,
                folder_variable=FOLDER_VARIABLE,
            )
        ) from error
    return folder


def read_manifest(folder: Path) -> Job | None:
    """The job whose frames lie in a folder; None for any other folder."""
    file = folder / MANIFEST
    try:
        return Job.from_json(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SourceError(
            tr("The file '{file}' is damaged; remove its folder and open the job again.", file=file)
        ) from error


class FrameStore:
    """The pictures of one job. Any thread and any process may use it beside others."""

    def __init__(self, folder: Path, max_bytes: int | None = None) -> None:
        """
        Args:
            folder: of the job.
            max_bytes: bound of the pictures of all jobs beside this one; None: :func:`cache_bytes`.
        """
        self._folder = folder
        self._root = folder.parent.parent
        self._max_bytes = cache_bytes() if max_bytes is None else max_bytes
        self._lock = threading.Lock()
        self._total: int | None = None

    def find(self, number: int) -> Path | None:
        """The picture's file, now the most recently used one, or None."""
        path = self._path(number)
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def put(self, number: int, data: bytes) -> Path:
        """Keep a picture, written beside and renamed.

        Raises:
            OSError: it could not be written.
        """
        path = self._path(number)
        _write(path, data)
        with self._lock:
            if self._total is not None:
                self._total += len(data)
            if self._total is None or self._total > self._max_bytes:
                self._total = _prune(self._root, self._max_bytes, path)
        return path

    def drop(self, number: int) -> None:
        """Forget a picture, because it turned out to be damaged."""
        with contextlib.suppress(OSError):
            self._path(number).unlink()

    def numbers(self) -> frozenset[int]:
        """Which frames are here now."""
        names = (file.name.removesuffix(_SUFFIX) for file in self._folder.glob(f"*{_SUFFIX}"))
        return frozenset(int(name) for name in names if name.isdigit())

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08d}{_SUFFIX}"


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as beside:
        beside.write_bytes(data)


def _prune(root: Path, max_bytes: int, newest: Path) -> int:
    """Remove the least recently used pictures until all fit; returns the bytes that are left."""
    known = []
    for file in root.glob(f"*/*/*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            facts = file.stat()
            known.append((facts.st_mtime_ns, facts.st_size, file))
    total = sum(size for _, size, _ in known)
    if total <= max_bytes:
        return total
    for _, size, file in sorted(known, key=lambda entry: entry[:2]):
        if total <= max_bytes * _LEFT_AFTER_PRUNING:
            break
        if file != newest:
            with contextlib.suppress(OSError):
                file.unlink()
                total -= size
    return total
