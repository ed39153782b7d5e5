"""Projects for the domain's tests, and their whole content as one comparable value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vostool.changes import Cell, Value
from vostool.frames import SourceRef
from vostool.project import Project

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
