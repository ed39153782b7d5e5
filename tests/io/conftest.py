"""Fixtures of the export tests: sources in memory, projects from arrays, an independent reader."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vostool.errors import SourceError
from vostool.frames import SourceInfo, SourceRef
from vostool.io.exports.exporters import ExportOptions, ExportReport, export
from vostool.io.project.file import create
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.image_folder import open_image_folder
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.progress import silent
from vostool.project.changes import Cell, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts

REPOSITORY = Path(__file__).resolve().parents[2]
READERS = REPOSITORY / "tests" / "readers"


class MemorySource:
    """Frames made of their own number; those in ``broken`` cannot be decoded."""

    def __init__(self, count=10, width=16, height=12, *, names=None, path=None, broken=()) -> None:
        kind = "video" if names is None else "images"
        path = Path("/videos/clip.mp4") if path is None else path
        self.info = SourceInfo(path, kind, width, height, count, 25.0)
        self.asked: list[int] = []
        self._names = names
        self._broken = broken

    def __len__(self) -> int:
        return self.info.frame_count

    def frame(self, index: int) -> np.ndarray:
        if index in self._broken:
            raise SourceError(f"Frame {index} could not be decoded.")
        self.asked.append(index)
        picture = np.zeros((self.info.height, self.info.width, 3), np.uint8)
        picture[:] = (index * 7 % 256, 200, 30)
        return picture

    def time(self, index: int) -> float:
        return index / self.info.rate

    def name(self, index: int) -> str:
        return f"frame_{index:06d}" if self._names is None else self._names[index]

    def clone(self) -> MemorySource:
        return self

    def close(self) -> None:
        return


@pytest.fixture(scope="session")
def memory_source() -> type[MemorySource]:
    """The class of sources in memory."""
    return MemorySource


@pytest.fixture(scope="session")
def make_project() -> Callable[..., Project]:
    """A project from arrays by (frame, object id); None is a mask without pixels."""

    def make(
        source: MemorySource,
        masks: Mapping[tuple[int, int], np.ndarray | None],
        *,
        objects: Mapping[int, AnnotatedObject] | None = None,
        prompted: tuple[tuple[int, int], ...] = (),
        confirmed: tuple[tuple[int, int], ...] = (),
    ) -> Project:
        info = source.info
        ref = SourceRef(info.path, info.kind, 1, "0", info.width, info.height, len(source), 25.0)
        project = Project(ref)
        given = objects or {}
        for oid in {oid for _, oid in masks} | given.keys():
            project.load([(Cell(Table.OBJECTS, oid), given.get(oid, AnnotatedObject.new(oid)))])
        for key, array in masks.items():
            shape = (info.height, info.width)
            mask = Mask.empty(*shape) if array is None else Mask.from_array(array)
            record = MaskRecord(mask, Provenance.TRACKED, 0.9, key in confirmed)
            project.load([(Cell(Table.MASKS, key), record)])
        for key in prompted:
            project.load([(Cell(Table.PROMPTS, key), Prompts((Point(1.0, 1.0),)))])
        return project

    return make


@pytest.fixture
def stored_project(make_project, memory_source, tmp_path) -> Callable[..., Path]:
    """A project file ``<name>.vos`` beside its folder of pictures, ``<name> pictures``."""

    def store(name: str, masks, *, frames: int = 10, **options: Any) -> Path:
        folder = tmp_path / f"{name} pictures"
        folder.mkdir()
        for index in range(frames):
            picture = np.full((12, 16, 3), index, np.uint8)
            picture[0, 0] = len(name)
            cv2.imwrite(str(folder / f"{index:04d}.png"), picture)
        project = make_project(memory_source(frames, path=folder, names=[]), masks, **options)
        with closing(open_image_folder(folder)) as source:
            project.source = source_ref(source)
        path = tmp_path / f"{name}.vos"
        create(path, project).close()
        return path

    return store


@pytest.fixture(scope="session")
def run_export() -> Callable[..., ExportReport]:
    """``export`` with options as keywords."""

    def run(project, source, formats, destination, progress=silent, **options: Any):
        names = [formats] if isinstance(formats, str) else formats
        given = ExportOptions(**options)
        return export(project.snapshot(), source, names, destination, given, progress)

    return run


@pytest.fixture(scope="session")
def hard_masks() -> dict[str, np.ndarray]:
    """Shapes that break careless codecs, each 12 x 16."""
    shape = (12, 16)
    found = {
        name: np.zeros(shape, bool)
        for name in ("one pixel", "corner", "border", "hole", "parts", "diagonal", "last row")
    }
    found["one pixel"][5, 7] = True
    found["corner"][-1, -1] = True
    found["border"][:, 0] = found["border"][0, :] = True
    found["hole"][2:9, 3:12] = True
    found["hole"][4:6, 5:8] = False
    found["parts"][0:3, 0:3] = found["parts"][8:12, 10:16] = True
    found["diagonal"][np.arange(12), np.arange(12)] = True
    found["last row"][-1, 2:14:2] = True
    found["full"] = np.ones(shape, bool)
    return found


@pytest.fixture(scope="session")
def readers_python() -> Path:
    """The interpreter with datumaro, see tests/readers/requirements.txt."""
    folder = REPOSITORY / ".venv-readers"
    candidates = [folder / "bin" / "python", folder / "Scripts" / "python.exe"]
    if given := os.environ.get("VOSTOOL_READERS_PYTHON"):
        candidates.insert(0, Path(given))
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    pytest.skip("no .venv-readers (make test makes it) and no VOSTOOL_READERS_PYTHON")


@pytest.fixture(scope="session")
def read_with_datumaro(
    readers_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, Path], dict[str, Any]]]:
    """Ask datumaro for a data set; annotations come back with their masks as arrays."""
    folder = tmp_path_factory.mktemp("datumaro")
    log = folder / "log.txt"
    with (
        open(log, "w") as errors,
        subprocess.Popen(
            [str(readers_python), str(READERS / "read_with_datumaro.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None

        def read(name: str, path: Path) -> dict[str, Any]:
            out = folder / "masks.npz"
            process.stdin.write(json.dumps({"format": name, "path": str(path), "out": str(out)}))
            process.stdin.write("\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline() or "{}")
            assert answer.get("ok"), answer.get("error", log.read_text())
            with np.load(out) as arrays:
                for item in answer["items"]:
                    for annotation in item["annotations"]:
                        if "mask" in annotation:
                            annotation["mask"] = arrays[annotation["mask"]]
            return answer

        yield read
        process.stdin.close()
        process.wait(30)
