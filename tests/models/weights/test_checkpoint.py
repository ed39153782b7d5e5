"""Checkpoints that are wrong, each in its own way, and what the person is told."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import ModelError
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.checkpoint import identify, load_into
from vostool.models.sam2.published import MODELS
from vostool.models.weights.checkpoint import read_weights

TINY = MODELS["sam2.1-tiny"]
CPU = torch.device("cpu")


class Evil:
    """Runs a command when it is unpickled the careless way."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return (os.mkdir, (str(self.marker),))


@pytest.fixture(scope="module")
def weights(tiny_checkpoint):
    return read_weights(tiny_checkpoint)


def refused(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        read_weights(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_reads_the_official_layout(weights):
    assert len(weights) == 471
    assert all(isinstance(value, torch.Tensor) for value in weights.values())


def test_reads_a_plain_state_dict(tmp_path):
    torch.save({"a": torch.ones(2)}, tmp_path / "plain.pt")
    assert list(read_weights(tmp_path / "plain.pt")) == ["a"]


def test_missing_file(tmp_path):
    assert "There is no checkpoint" in refused(tmp_path / "none.pt")


def test_truncated_file(tmp_path, tiny_checkpoint):
    with tiny_checkpoint.open("rb") as file:
        (tmp_path / "cut.pt").write_bytes(file.read(1_000_000))
    assert "is truncated; delete it and fetch it again" in refused(tmp_path / "cut.pt")


def test_damaged_middle(tmp_path):
    buffer = io.BytesIO()
    torch.save({"model": {"a": torch.ones(2)}}, buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(tmp_path / "x.pt", "w") as new:
        for name in old.namelist():
            if not name.endswith("data/0"):
                new.writestr(name, old.read(name))
    assert "is damaged" in refused(tmp_path / "x.pt")


def test_empty_file(tmp_path):
    (tmp_path / "empty.pt").touch()
    assert "is empty" in refused(tmp_path / "empty.pt")


@pytest.mark.parametrize("content", [b"<html>not found</html>", b"\x00" * 5000, b"\x80\x04K\x01."])
def test_no_checkpoint(tmp_path, content):
    (tmp_path / "page.pt").write_bytes(content)
    assert "page.pt" in refused(tmp_path / "page.pt")


def test_a_folder_is_no_checkpoint(tmp_path):
    assert str(tmp_path) in refused(tmp_path)


def test_other_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.pt", "w") as archive:
        archive.writestr("a.txt", "hello")
    assert "photos.pt is damaged" in refused(tmp_path / "photos.pt")


@pytest.mark.parametrize("legacy", [False, True])
def test_pickled_code_is_never_run(tmp_path, legacy):
    marker = tmp_path / "ran"
    path = tmp_path / "evil.pt"
    if legacy:
        path.write_bytes(pickle.dumps({"model": Evil(marker)}))
    else:
        torch.save({"model": Evil(marker)}, path)
    sentence = refused(path)
    assert "evil.pt" in sentence
    assert not marker.exists()
    if not legacy:
        assert "holds code besides weights" in sentence


@pytest.mark.parametrize("content", [[1, 2], {"model": [1]}, {"epoch": 3}, {"model": {}}])
def test_a_file_without_weights(tmp_path, content):
    torch.save(content, tmp_path / "log.pt")
    assert "holds no SAM 2 weights" in refused(tmp_path / "log.pt")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_anywhere_is_one_sentence_or_weights(data, tmp_path_factory):
    buffer = io.BytesIO()
    torch.save({"model": {"a": torch.ones(3), "b": torch.zeros(2, 2)}}, buffer)
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("fuzz") / "x.pt"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(ModelError):
        found = read_weights(path)
        assert all(isinstance(value, torch.Tensor) for value in found.values())


def test_models_are_known_by_their_tensors(weights):
    assert identify(weights) is TINY
    older = {name: value for name, value in weights.items() if name != "no_obj_embed_spatial"}
    assert identify(older) is MODELS["sam2-tiny"]
    assert identify({"a": torch.ones(1)}) is None


@pytest.mark.parametrize("name", ["sam2.1-small", "sam2.1-base_plus", "sam2-tiny"])
def test_weights_of_another_model_are_named(name, tiny_checkpoint):
    sentence = f"is SAM 2.1 tiny, not {MODELS[name].title}; choose the engine sam2.1-tiny".replace(
        "+", r"\+"
    )
    with pytest.raises(ModelError, match=sentence):
        build_predictor(MODELS[name], tiny_checkpoint, CPU)


def test_misfits_are_described(weights, tmp_path):
    module = torch.nn.Linear(2, 3)
    for wrong, words in (
        ({"weight": torch.ones(3, 2)}, "1 tensors missing, such as bias"),
        ({**module.state_dict(), "extra": torch.ones(1)}, "1 tensors unknown, such as extra"),
        ({"weight": torch.ones(4, 2), "bias": torch.ones(3)}, "of another shape, such as weight"),
    ):
        with pytest.raises(ModelError, match=words):
            load_into(module, wrong, TINY, tmp_path / "x.pt")
        assert not torch.equal(module.state_dict()["bias"], torch.ones(3))


def test_fine_tuned_weights_of_the_same_shapes_load(weights, tmp_path):
    tuned = {name: value * 1.01 for name, value in weights.items()}
    torch.save({"model": tuned}, tmp_path / "tuned.pt")
    predictor = build_predictor(TINY, tmp_path / "tuned.pt", CPU)
    assert torch.equal(predictor.state_dict()["no_mem_embed"], tuned["no_mem_embed"])
