"""Ctrl+C while the window works: a true SIGINT, to processes of their own.

`python tests/support/ctrl_c.py` tries many more moments.
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ctrl_c import Moment, tried
from ctrl_c_stages import STAGES

SOME = ("waiting-hidden", "exporting", "menus", "leaving")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_ends_the_program_and_keeps_the_project(tmp_path: Path) -> None:
    rng = random.Random(5)

    def at(stage: str) -> str | None:
        (tmp_path / stage).mkdir()
        after = rng.uniform(0, STAGES[stage].lasts)
        return tried(Moment(stage, after, (0.1,)), tmp_path / stage)

    with ThreadPoolExecutor(2) as threads:
        wrong = dict(zip(SOME, threads.map(at, SOME), strict=True))
    assert wrong == dict.fromkeys(SOME)
