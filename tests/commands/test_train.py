"""`vostool train`: from projects to a checkpoint, its table, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from training_videos import SIZE, ScriptedTrainer, Skill, SkilledEngine

from vostool.io.project.file import create
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models import registry
from vostool.models.spec import EngineSpec
from vostool.models.weights.catalog import ModelSpec
from vostool.project.changes import Cell, Edit, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project


@pytest.fixture
def checkpoints(tmp_path, monkeypatch):
    """A folder with the weights of an engine `scripted`, whose learning is one number."""
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    torch.save({"weight": torch.full((1,), 0.2)}, folder / "base.pt")

    def load(device, checkpoint, options):
        return SkilledEngine(Skill(torch.load(checkpoint, weights_only=True)["weight"]))

    spec = EngineSpec(
        name="scripted",
        title="Scripted",
        load=load,
        weights=ModelSpec("scripted", "Scripted", "", "base.pt", 1, ""),
        trainer=lambda device, checkpoint, options: ScriptedTrainer(checkpoint, options),
    )
    monkeypatch.setattr(registry, "_BUILT_IN", (*registry._BUILT_IN, spec))
    monkeypatch.setenv("VOSTOOL_CHECKPOINTS", str(folder))
    return folder


@pytest.fixture
def labelled(tmp_path):
    """Writes a project with confirmed masks of the left half, or with tracked ones."""

    def write(name: str, shade: int, confirmed: bool = True):
        folder = tmp_path / name
        folder.mkdir()
        for frame in range(4):
            picture = np.full((SIZE, SIZE, 3), shade + frame, np.uint8)
            Image.fromarray(picture).save(folder / f"{frame}.png")
        source = open_source(folder)
        project = Project(source_ref(source))
        source.close()
        half = np.zeros((SIZE, SIZE), np.bool_)
        half[:, : SIZE // 2] = True
        record = MaskRecord(Mask.from_array(half), Provenance.TRACKED, 0.9, confirmed)
        cells = [(Cell(Table.OBJECTS, 1), AnnotatedObject.new(1))]
        cells += [(Cell(Table.MASKS, (frame, 1)), record) for frame in range(4)]
        project.apply(Edit("Fill", tuple(project.change(*cell) for cell in cells)))
        create(tmp_path / f"{name}.vos", project).close()
        return tmp_path / f"{name}.vos"

    return write


def test_projects_become_a_checkpoint_and_an_engine(vostool, checkpoints, labelled, tmp_path):
    one, two = labelled("one", 10), labelled("two", 90)
    out, report = checkpoints / "mine.pt", tmp_path / "report"
    done = vostool(
        "train", one, two, "--engine", "scripted", "--held-out", two, "--out", out,
        "--report", report, "--epochs", 4,
    )  # fmt: skip
    assert done.status == 0, done.err
    assert "two 1 (4)" in done.out and "Better: held-out J&F went from" in done.out
    assert f"checkpoint: {out}" in done.out
    assert "Held out to measure on: two (4 frames)" in done.err
    assert (report / "training" / "report.json").is_file()
    listed = vostool("models")
    assert "mine (Scripted, trained on own labels)" in listed.out
    assert "mine.pt is scripted, trained on 4 frames of one" in listed.out
    found = {engine["name"]: engine for engine in vostool("models", "--json").json["engines"]}
    assert found["mine"]["trained_on"].startswith("mine.pt is scripted")
    assert found["scripted"]["trained_on"] is None
    tracked = vostool(
        "track", tmp_path / "two", "--engine", "mine", "--point", "0:1:5,5", "--project",
        tmp_path / "new.vos",
    )  # fmt: skip
    assert tracked.status == 0, tracked.err
    assert "trained on 4 frames of one" in tracked.err


def test_the_result_for_a_script(vostool, checkpoints, labelled):
    one, two = labelled("one", 10), labelled("two", 90)
    done = vostool(
        "train", one, two, "--engine", "scripted", "--out", checkpoints / "mine.pt", "--json",
        "--quiet", "--epochs", 2,
    )  # fmt: skip
    assert done.status == 0 and done.err == ""
    assert done.json["comparison"]["better"] is True
    assert done.json["steps"] == 6
    assert done.json["report"] is None


def test_what_makes_no_sense_is_one_sentence(vostool, checkpoints, labelled, tmp_path):
    one = labelled("one", 10)
    machine = labelled("machine", 200, confirmed=False)
    out = checkpoints / "mine.pt"

    def refused(*words):
        return vostool("train", *words, "--out", out, "--quiet").sentence

    assert "cannot be trained on labels; choose one of" in refused(one, "--engine", "flow")
    assert "There is no engine 'none'" in refused(one, "--engine", "none")
    assert "nothing to learn: machine.vos has no mask" in refused(machine, "--engine", "scripted")
    assert "is no project" in refused(tmp_path / "one", "--engine", "scripted")
    assert "at least one epoch" in refused(one, "--engine", "scripted", "--epochs", 0)
    assert "between 0 and 1" in refused(one, "--engine", "scripted", "--rate", 7)
    assert "leave at least one to learn" in refused(one, "--engine", "scripted", "--held-out", one)
    (checkpoints / "base.pt").unlink()
    assert "base.pt of Scripted is not here" in refused(one, "--engine", "scripted")
    assert not out.exists()
