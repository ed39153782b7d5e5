"""Who has a project open keeps it, whatever else in the process opens and closes the same file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vostool.errors import ProjectBusyError, SourceError, VosToolError
from vostool.frames import SourceRef
from vostool.io.imports.importers import detect_format
from vostool.io.project.file import create, open_project, read_project
from vostool.io.video.sources import open_source
from vostool.project import edits
from vostool.project.project import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="locks of POSIX, marks of Linux")

OTHERS = """
import sys
from vostool.errors import ProjectBusyError
from vostool.io.project.file import create, open_project, read_project
path = sys.argv[1]
project, _ = read_project(path)
for attempt in (lambda: open_project(path), lambda: create(path, project, overwrite=True)):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, error)
    else:
        print("it was taken")
"""


@pytest.fixture
def project() -> Project:
    return Project(SourceRef(Path("/v/clip.mp4"), "video", 1, "f" * 8, 8, 6, 20, 25.0))


def plainly(path: Path) -> None:
    """As any library does that looks what a file is: this gives SQLite's locks up."""
    path.read_bytes()


def as_labels(path: Path) -> None:
    with pytest.raises(VosToolError):
        detect_format(path)


def as_a_video(path: Path) -> None:
    with pytest.raises(SourceError):
        open_source(path, index_dir=path.parent / "index")


DOORS: dict[str, Callable[[Path], object]] = {
    "plainly": plainly,
    "read": read_project,
    "as labels": as_labels,
    "as labels of a folder": lambda path: as_labels(path.parent),
    "as a video": as_a_video,
}


def test_another_process_is_refused_whatever_was_closed_here(tmp_path: Path, project) -> None:
    path = tmp_path / "p.vos"
    with create(path, project) as file:
        for open_and_close in DOORS.values():
            open_and_close(path)
        with pytest.raises(ProjectBusyError):
            open_project(path)
        told = subprocess.run(
            [sys.executable, "-c", OTHERS, str(path)], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        assert len(told) == 2
        assert all("is open in another window or command" in line for line in told)
        file.write([(c.cell, c.after) for c in edits.add_object(project)[0].changes])
    again, stored = open_project(path)
    assert len(stored.objects) == 1
    again.close()


def test_what_is_stored_is_stored_under_a_lock_of_its_own(tmp_path: Path, project) -> None:
    """A reader that finds a journal without a lock takes it for a killed writer's and undoes it."""
    path = tmp_path / "p.vos"
    with create(path, project) as file:
        plainly(path)
        with file._transaction() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS held (at INTEGER)")
            held = subprocess.run(
                [sys.executable, "-c", RESERVED, str(path)],
                capture_output=True,
                text=True,
                check=False,
            )
            connection.execute("DROP TABLE held")
        assert held.stdout.strip() == "database is locked", held.stderr


RESERVED = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error)
"""
