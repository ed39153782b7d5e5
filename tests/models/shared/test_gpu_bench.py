"""bench/gpu.py itself: every row runs on a CPU with the smallest networks, and breaks nothing."""

from __future__ import annotations

import gpu
import gpu_rows
import pytest

pytest.importorskip("transformers", reason="needs the extra edgetam")

# MobileSAM has one size only, which takes a CPU too long for a test; EdgeTAM stands for both.
_LEFT_OUT = ("MobileSAM",)


def test_every_row_runs_and_the_verdict_is_said(monkeypatch, capsys) -> None:
    whole = gpu_rows.Bench.rows
    monkeypatch.setattr(
        gpu_rows.Bench,
        "rows",
        lambda self: (row for row in whole(self) if not row[0].startswith(_LEFT_OUT)),
    )
    arguments = ["--small", "--device", "cpu", "--frames", "5", "--long", "9", "--minutes", "20"]
    assert gpu.main(arguments) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert said.splitlines()[-1].split(":")[0] in ("PASS", "SLOW")
    assert not [line for line in said.splitlines() if line.startswith(("FAIL", "left"))]
    for words in (
        "ratio",
        "not read ahead",
        "each together",
        "cold, prepared, second",
        "on a pretended card",
        "needs more memory",
    ):
        assert words in said


def test_a_row_that_breaks_is_a_fail_and_the_next_follows(capsys) -> None:
    verdict = gpu.Verdict(ends=float("inf"))

    def broken():
        raise RuntimeError("no kernel image\nmore")

    verdict.row("one", broken, slow=True)
    verdict.row("two", lambda: ("1 ms", False), slow=True)
    verdict.row("three", lambda: ("fine", True), slow=False)
    gpu.Verdict(ends=0.0).row("four", broken, slow=True)
    assert verdict.say() == 1
    said = capsys.readouterr().out
    assert "FAIL  one" in said and "no kernel image" in said
    assert "SLOW  two" in said and "PASS  three" in said and "no time left" in said
    assert "FAIL: 1 rows failed, 1 are slow" in said
