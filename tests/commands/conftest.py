"""A small generated video, and the command line called in-process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vostool.cli import main
from vostool.evaluate.generated_clip import GeneratedClip, generate_clip, write_video


@dataclass
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one line of an error; fails where there is another number of lines."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("vostool: ")
        assert lines[0].endswith(".")
        assert self.out == ""
        return lines[0].removeprefix("vostool: ")


Vostool = Callable[..., Result]


@pytest.fixture
def vostool(capsys: pytest.CaptureFixture[str]) -> Vostool:
    """Call the command line: ``vostool("info", path)``."""

    def call(*words: object) -> Result:
        capsys.readouterr()
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Result(status, captured.out, captured.err)

    return call


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Indices of videos and searched checkpoints stay out of the person's own folders."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(folder / name))
        patch.setenv("VOSTOOL_CHECKPOINTS", str(folder / "none"))
        patch.delenv("VOSTOOL_DEBUG", raising=False)
        patch.setenv("OMP_NUM_THREADS", "1")
        yield folder


@pytest.fixture(scope="session")
def clip() -> GeneratedClip:
    return generate_clip(16, 160, 96)


@pytest.fixture(scope="session")
def made_video(clip: GeneratedClip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_video(clip, path)
    return path


@pytest.fixture
def video(made_video: Path, tmp_path: Path) -> Path:
    """The clip of 16 frames, 160x96, in a folder of the test's own."""
    path = tmp_path / "clip.mp4"
    os.link(made_video, path)
    return path


@pytest.fixture(scope="session")
def box(clip: GeneratedClip) -> str:
    """The box option of object 1 on frame 0."""
    return box_option(clip, 0, 1)


def box_option(clip: GeneratedClip, frame: int, object_id: int) -> str:
    rows, columns = np.nonzero(clip.ids[frame] == object_id)
    corners = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return f"{frame}:{object_id}:" + ",".join(str(int(c)) for c in corners)


@pytest.fixture
def project(vostool: Vostool, video: Path, box: str, tmp_path: Path) -> Path:
    """The clip tracked: `clip.vos` beside the video."""
    path = tmp_path / "clip.vos"
    done = vostool(
        "track", video, "--box", box, "--label", "1:car", "--engine", "flow",
        "--project", path, "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    return path


def listing(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder, to see that nothing changed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def unchanged(tmp_path: Path) -> Any:
    """Fails where the test changed anything in its folder after `unchanged()` was called."""
    states: list[dict[str, bytes | None]] = []
    yield lambda: states.append(listing(tmp_path))
    assert states, "call unchanged() once everything is laid out"
    assert listing(tmp_path) == states[0]
