"""Fixtures of the format tests: the formats' own tools, and exports into fresh folders."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reader_process import ReaderProcess

from vostool.project.objects import AnnotatedObject

READERS = Path(__file__).resolve().parents[3] / "readers"
SCRIPT = READERS / "read_with_tools.py"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def tools(readers_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable]:
    """Ask a format's own tool, see tests/readers/read_with_tools.py."""
    with ReaderProcess(readers_python, SCRIPT, tmp_path_factory.mktemp("tools")) as process:
        yield process.ask


@pytest.fixture(scope="session")
def ultralytics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable]:
    """Ask Ultralytics, see tests/readers/read_with_ultralytics.py."""
    folder = READERS.parents[1] / ".venv-readers" / "ultralytics"
    if not folder.is_dir():
        pytest.skip("no .venv-readers/ultralytics (make test makes it)")
    if importlib.util.find_spec("torch") is None:
        pytest.skip("Ultralytics needs torch")
    script = READERS / "read_with_ultralytics.py"
    place = tmp_path_factory.mktemp("ultralytics")
    with ReaderProcess(Path(sys.executable), script, place, str(folder)) as process:
        yield process.ask


@pytest.fixture(scope="session")
def write_masks(tmp_path_factory, memory_source, make_project, run_export) -> Callable:
    """Export masks by (frame, object id) of one video; returns the format's folder and report."""
    base = tmp_path_factory.mktemp("written")

    def write(name, shape, masks, labels=("car", "dog", "cat"), **options):
        source = memory_source(1 + max(frame for frame, _ in masks), shape[1], shape[0])
        ids = sorted({oid for _, oid in masks})
        objects = {
            oid: AnnotatedObject.new(oid, labels[place % len(labels)])
            for place, oid in enumerate(ids)
        }
        project = make_project(source, masks, objects=objects)
        folder = base / str(next(_numbers))
        report = run_export(project, source, name, folder, **options)
        return folder / name, report

    return write
