"""Hostile inputs of every kind in `tests/support/hostile_kinds.py`: a sentence or success, in time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "support" / "hostile_inputs.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the script forks")
def test_two_of_each_kind_break_no_rule() -> None:
    """In a process of its own, since one with threads cannot be copied."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--count", "40", "--seed", "7"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "40 inputs of 20 kinds, 0 broke a rule" in done.stdout
