"""Folders of published models: found, looked at, and named where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from vostool.models.weights.hub import find_hub_model, folder_problem
from vostool.models.weights.hub_models import AST, HUB_MODELS, SAM3


def put(folder: Path, kind: str = "audio-spectrogram-transformer") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": kind}))
    save_file({"weight": np.zeros((64, 8), np.float32)}, folder / "model.safetensors")
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("vostool.models.weights.catalog.checkpoint_dirs", lambda: (tmp_path,))
    return tmp_path


@pytest.mark.parametrize("name", ["ast", "ast-finetuned-audioset-10-10-0.4593"])
def test_a_folder_is_found_by_our_name_and_by_its_repositorys(folder: Path, name: str) -> None:
    assert find_hub_model(AST) is None
    put(folder / name)
    assert find_hub_model(AST) == folder / name
    assert folder_problem(AST, folder / name) is None


def test_a_whole_folder_goes_before_a_damaged_one(folder: Path) -> None:
    damaged = put(folder / "ast") / "model.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    assert find_hub_model(AST) == folder / "ast"
    whole = put(folder / "ast-finetuned-audioset-10-10-0.4593")
    assert find_hub_model(AST) == whole


@pytest.mark.parametrize(
    ("size", "said"), [(-100, "is truncated; delete it"), (40, "truncated or no"), (0, "truncated")]
)
def test_truncated_weights_are_one_sentence(tmp_path: Path, size: int, said: str) -> None:
    weights = put(tmp_path / "ast") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:size])
    problem = folder_problem(AST, tmp_path / "ast")
    assert problem is not None and said in problem and str(weights) in problem


def test_weights_of_another_kind_of_file(tmp_path: Path) -> None:
    weights = put(tmp_path / "ast") / "model.safetensors"
    weights.write_bytes(b"<html>log in to this network</html>")
    assert "no safetensors file" in (folder_problem(AST, tmp_path / "ast") or "")
    weights.unlink()
    assert "is not there" in (folder_problem(AST, tmp_path / "ast") or "")


def test_the_folder_of_another_model(tmp_path: Path) -> None:
    problem = folder_problem(AST, put(tmp_path / "x", "grounding-dino"))
    assert problem is not None
    assert "of the kind 'grounding-dino' and not AST (AudioSet)" in problem


@pytest.mark.parametrize("text", ["[]", "{", "\udcff"])
def test_a_damaged_config(tmp_path: Path, text: str) -> None:
    (put(tmp_path / "x") / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "damaged" in (folder_problem(AST, tmp_path / "x") or "")


def test_no_folder_and_no_config(tmp_path: Path) -> None:
    assert "There is no folder" in (folder_problem(AST, tmp_path / "x") or "")
    assert "cannot be read" in (folder_problem(AST, tmp_path) or "")


def test_a_model_in_several_files(tmp_path: Path) -> None:
    folder = put(tmp_path / "x")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    names = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    assert "00002-of-00002.safetensors is not there" in (folder_problem(AST, folder) or "")
    save_file({"b": np.zeros(3, np.float32)}, folder / names["b"])
    assert folder_problem(AST, folder) is None


def test_what_is_missing_says_what_to_type(folder: Path) -> None:
    assert AST.missing.startswith("AST (AudioSet) is not here; fetch it (346 MB) with `python ")
    assert AST.missing.endswith(" ast`.")
    for said in ("https://huggingface.co/facebook/sam3", "hf auth login", " sam3`", "--from"):
        assert said in SAM3.missing
    assert SAM3.missing.count(". ") == 0  # one sentence


def test_names_and_folders_are_each_models_own() -> None:
    folders = [name for model in HUB_MODELS.values() for name in model.folder_names]
    assert len(folders) == len(set(folders))
