"""Small clips as folders of pictures, and job files for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from jobs_clips import write_clip


@pytest.fixture
def clips(tmp_path: Path) -> Callable[[int], list[Path]]:
    def make(count: int) -> list[Path]:
        return [write_clip(tmp_path / "clips" / f"c{n:02d}", 5, n) for n in range(count)]

    return make


@pytest.fixture
def job_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a job file beside the clips; ``more`` are further lines of TOML."""

    def write(*tables: str, head: str = "", name: str = "jobs.toml") -> Path:
        path = tmp_path / name
        common = 'vostool_jobs = 1\nprojects = "labels"\nengine = "flow"\n'
        path.write_text(common + head + "\n" + "\n".join(f"[[jobs]]\n{t}\n" for t in tables))
        return path

    return write
