"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vostool.frames import SourceRef
from vostool.models.weights import catalog
from vostool.project.changes import Cell, Value
from vostool.project.project import Project

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers that each take all cores for torch and OpenCV only wait for each other. Torch reads
    # this when it is loaded, so it is set before anything imports it.
    _WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // _WORKERS)))

# No engine of a test converts its encoder beside; those that test it say so.
os.environ["VOSTOOL_CONVERT"] = "off"

SLOW_FIRST = ("models", "io/video", "commands", "gui")
"""Rooms whose files take longest: begun first, so that no worker ends long after the others."""

NETWORKS = (
    "models/sam2", "models/sam3", "models/edgetam", "models/mobile_sam", "models/shared/test_one_picture.py",
    "models/shared/test_precision.py", "models/shared/test_gpu_bench.py",
    "finders/test_everything_real.py", "finders/test_grounding_dino.py", "finders/test_owlv2.py",
    "finders/test_sam3", "finders/test_sound.py", "finders/test_hostile.py",
)  # fmt: skip
"""Tests that build a neural network; `make check` leaves them and the window's out."""

REPOSITORY = Path(__file__).resolve().parent.parent
FETCHED = (REPOSITORY / "checkpoints", catalog.user_checkpoint_dir())
"""Where a person's own checkpoints lie; what a test finds must not depend on them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {item: item.path.relative_to(REPOSITORY / "tests").as_posix() for item in items}

    def rank(item: pytest.Item) -> int:
        found = [i for i, room in enumerate(SLOW_FIRST) if places[item].startswith(room + "/")]
        return found[0] if found else len(SLOW_FIRST)

    for item, place in places.items():
        if place.startswith("gui/"):
            item.add_marker("window")
        if place.startswith(NETWORKS):
            item.add_marker("network")
    items.sort(key=rank)


@pytest.fixture(scope="session", autouse=True)
def no_fetched_checkpoints() -> Iterator[None]:
    """Nobody's checkpoints are seen, so that `make demo` does not change what `make test` says."""
    original = catalog.checkpoint_dirs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            catalog, "checkpoint_dirs", lambda: tuple(d for d in original() if d not in FETCHED)
        )
        yield


@pytest.fixture(scope="session")
def fetched_checkpoint_folders() -> tuple[Path, ...]:
    """Where to look for published weights, for tests that say so and skip without."""
    return FETCHED


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real and awkward files; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("VOSTOOL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no sample data at {folder}; set VOSTOOL_DATA to its folder")
    return folder


Content = Callable[[Project], dict[Cell, Value]]


@pytest.fixture(scope="session")
def make_project() -> Callable[[], Project]:
    """Makes an empty project of a 20-frame video of 8x6 pixels."""

    def make() -> Project:
        return Project(SourceRef(Path("/v/clip.mp4"), "video", 1, "f" * 8, 8, 6, 20, 25.0))

    return make


@pytest.fixture
def project(make_project: Callable[[], Project]) -> Project:
    return make_project()


@pytest.fixture(scope="session")
def content() -> Content:
    """Everything a project holds, by cell."""

    def read(project: Project) -> dict[Cell, Value]:
        return {cell: project.value(cell) for cell in project.cells()}

    return read
