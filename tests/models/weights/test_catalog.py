from __future__ import annotations

import importlib.util
import re
import zipfile
from pathlib import Path

import pytest

from vostool.models.sam2.published import MODELS
from vostool.models.weights import catalog
from vostool.models.weights.catalog import checkpoint_dirs, fetch_command, find_checkpoint

TINY = MODELS["sam2.1-tiny"]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A working directory, a user folder and a repository without any checkpoint."""
    monkeypatch.delenv("VOSTOOL_CHECKPOINTS", raising=False)
    monkeypatch.setattr(catalog, "user_checkpoint_dir", lambda: tmp_path / "user")
    monkeypatch.setattr(catalog, "_REPOSITORY", tmp_path / "repository")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def put(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TINY.file_name).write_bytes(b"weights")
    return folder / TINY.file_name


def test_names_every_published_model():
    assert list(MODELS) == [
        f"{generation}-{size}"
        for generation in ("sam2.1", "sam2")
        for size in ("tiny", "small", "base_plus", "large")
    ]
    assert MODELS["sam2-base_plus"].title == "SAM 2.0 base+"


@pytest.mark.parametrize("spec", MODELS.values(), ids=list(MODELS))
def test_each_model_is_complete(spec):
    package = Path(importlib.util.find_spec("sam2").submodule_search_locations[0])
    assert (package / spec.config).is_file()
    assert re.fullmatch(r"[0-9a-f]{64}", spec.sha256)
    assert spec.size > 150e6
    assert spec.url.startswith("https://dl.fbaipublicfiles.com/segment_anything_2/")
    assert spec.url.endswith(f"/{spec.file_name}")


def test_models_do_not_share_files():
    for attribute in ("url", "file_name", "size", "sha256", "config"):
        assert len({getattr(spec, attribute) for spec in MODELS.values()}) == len(MODELS)


def test_nothing_is_found_where_nothing_is(elsewhere):
    assert find_checkpoint(TINY) is None


def test_folders_are_searched_in_order(elsewhere, monkeypatch):
    user = put(elsewhere / "user")
    assert find_checkpoint(TINY) == user
    (elsewhere / "repository").mkdir()
    (elsewhere / "repository" / "download_models.py").touch()
    repository = put(elsewhere / "repository" / "checkpoints")
    assert find_checkpoint(TINY) == repository
    working = put(elsewhere / "work" / "checkpoints")
    assert find_checkpoint(TINY) == working
    named = put(elsewhere / "named")
    monkeypatch.setenv("VOSTOOL_CHECKPOINTS", str(elsewhere / "named"))
    assert find_checkpoint(TINY) == named
    assert len(checkpoint_dirs()) == 4


def test_a_broken_file_does_not_hide_a_whole_one(elsewhere):
    broken = put(elsewhere / "work" / "checkpoints")
    assert find_checkpoint(TINY) == broken
    whole = put(elsewhere / "user")
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("data.pkl", b"")
    assert find_checkpoint(TINY) == whole


def test_a_half_fetched_file_is_no_checkpoint(elsewhere):
    path = put(elsewhere / "user")
    path.rename(path.with_name(path.name + ".part"))
    assert find_checkpoint(TINY) is None


def test_the_command_to_fetch_fits_the_installation(elsewhere):
    assert fetch_command(TINY) == "python -m vostool.models.download_cli sam2.1-tiny"
    (elsewhere / "repository").mkdir()
    (elsewhere / "repository" / "download_models.py").touch()
    assert fetch_command(TINY) == "python download_models.py sam2.1-tiny"
