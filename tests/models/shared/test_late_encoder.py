"""An encoder that begins in PyTorch and is exchanged: beside the work, one at a time, or not at all."""

from __future__ import annotations

import io
import logging
from types import SimpleNamespace

import pytest
import torch

from vostool.models.shared import conversion
from vostool.models.shared.conversion import Conversion, Recipe
from vostool.models.shared.late_encoder import LateEncoder
from vostool.models.shared.openvino import infer, is_installed, load_kept

PICTURE = torch.zeros(1, 3, 8, 8)


class Processes:
    """What begins in place of processes."""

    def __init__(self):
        self.begun, self.recipes = [], []

    def __call__(self, recipe):
        process = SimpleNamespace(returncode=None, stdout=io.StringIO())
        process.poll = lambda: process.returncode
        self.begun.append(process)
        self.recipes.append(recipe)
        return process


@pytest.fixture
def processes(monkeypatch):
    made = Processes()
    monkeypatch.delenv(conversion.SWITCH)
    monkeypatch.setattr(conversion, "start_process", made)
    monkeypatch.setattr(Conversion, "_busy", None)
    monkeypatch.setattr(Conversion, "_failed", frozenset())
    return made


def says(name):
    return lambda _picture, _stop=None: {"backbone_fpn": [name]}


def late(name, load=lambda: says("converted")):
    recipe = Recipe(torch.nn.Identity(), (1, 3, 8, 8), [name], False)
    return LateEncoder(says("torch"), Conversion(recipe), load)


def frame(encoder):
    return encoder(PICTURE)["backbone_fpn"][0]


def test_it_begins_behind_the_first_frame_and_is_exchanged_between_two(processes):
    encoder = late("a")
    assert not processes.begun and not encoder.quickens
    assert frame(encoder) == "torch" and len(processes.begun) == 1 and encoder.quickens
    assert frame(encoder) == "torch"
    processes.begun[0].returncode = 0
    assert not encoder.quickens
    assert [frame(encoder) for _ in range(2)] == ["converted"] * 2
    assert len(processes.begun) == 1


def test_one_that_fails_costs_one_line_and_is_not_tried_again(processes, caplog):
    encoder = late("a", lambda: None)
    with caplog.at_level(logging.WARNING):
        frame(encoder)
        processes.begun[0].stdout = io.StringIO("Converting\nUnknown operation\n")
        processes.begun[0].returncode = 1
        assert [frame(encoder) for _ in range(2)] == ["torch"] * 2
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == "OpenVINO cannot convert the encoder (Unknown operation); PyTorch goes on."
    again = late("a", lambda: None)
    assert [frame(again) for _ in range(3)] == ["torch"] * 3
    assert len(processes.begun) == 1


def test_where_no_process_begins_it_stays_with_torch(processes, monkeypatch, caplog):
    def refuse(_recipe):
        raise OSError("no space left")

    monkeypatch.setattr(conversion, "start_process", refuse)
    encoder = late("a", lambda: None)
    with caplog.at_level(logging.WARNING):
        assert [frame(encoder) for _ in range(3)] == ["torch"] * 3
    assert [r.getMessage() for r in caplog.records] == [
        "OpenVINO cannot convert the encoder (no space left); PyTorch goes on."
    ]


def test_one_that_cannot_be_loaded_leaves_torch(processes, caplog):
    def broken():
        raise RuntimeError("of another release")

    encoder = late("a", broken)
    frame(encoder)
    processes.begun[0].returncode = 0
    with caplog.at_level(logging.WARNING):
        assert [frame(encoder) for _ in range(3)] == ["torch"] * 3
    assert "of another release" in caplog.text


def test_nothing_begins_where_the_environment_says_so(processes, monkeypatch):
    monkeypatch.setenv(conversion.SWITCH, "off")
    encoder = late("a", lambda: None)
    assert [frame(encoder) for _ in range(3)] == ["torch"] * 3
    assert not processes.begun


def test_a_second_one_waits_for_the_first_even_when_that_was_left(processes):
    first, second = late("a"), late("b")
    frame(first)
    del first  # its video was closed
    frame(second)
    assert [recipe.facts for recipe in processes.recipes] == [["a"]]
    assert not second.quickens
    processes.begun[0].returncode = 0
    frame(second)
    assert [recipe.facts for recipe in processes.recipes] == [["a"], ["b"]]
    assert second.quickens


@pytest.mark.skipif(not is_installed(), reason="OpenVINO is not installed here")
def test_a_process_of_its_own_keeps_what_it_converts_or_says_why_not(tmp_path, monkeypatch, caplog):
    monkeypatch.delenv(conversion.SWITCH)
    monkeypatch.setattr(Conversion, "_busy", None)
    monkeypatch.setattr(Conversion, "_failed", frozenset())
    torch.manual_seed(0)
    module = torch.nn.Conv2d(3, 2, 3).eval().requires_grad_(False)
    picture = torch.rand(1, 3, 8, 8)
    for facts, shape in ((["good"], (1, 3, 8, 8)), (["bad"], (1, 5, 8, 8))):
        done = Conversion(Recipe(module, shape, facts, False, tmp_path))
        assert not done.poll()
        done._process.wait(120)
        with caplog.at_level(logging.WARNING):
            assert done.poll() and done.poll()
        assert not list(tmp_path.glob("*.recipe"))
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("OpenVINO cannot convert the encoder (")
    kept = load_kept(["good"], False, tmp_path)
    (made,) = infer(kept.create_infer_request(), picture, None)
    torch.testing.assert_close(made, module(picture), atol=1e-5, rtol=0)
    assert load_kept(["bad"], False, tmp_path) is None
