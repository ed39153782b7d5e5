from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

from vostool.errors import ModelError, UsageError
from vostool.models.engine_options import QUALITIES
from vostool.models.registry import (
    best_download,
    create_engine,
    default_engine,
    engine_names,
    engine_statuses,
    published,
    quality_texts,
    smallest_download,
)
from vostool.models.sam2.published import MODELS
from vostool.models.shared.loading import on_slow_cpu


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The only folder where checkpoints are looked for."""
    monkeypatch.setattr("vostool.models.weights.catalog.checkpoint_dirs", lambda: (tmp_path,))
    monkeypatch.setattr("vostool.models.spec.has_cuda", lambda: False)
    return tmp_path


def put(folder, name):
    with zipfile.ZipFile(folder / MODELS[name].file_name, "w") as archive:
        archive.writestr("data.pkl", b"")


def test_names():
    assert engine_names()[0] == "flow"
    assert set(engine_names()[1:]) >= set(published())


def test_every_engine_has_a_name_and_weights_of_its_own():
    assert len(set(engine_names())) == len(engine_names())
    titles = [status.title for status in engine_statuses()]
    assert len(set(titles)) == len(titles)
    files = [weights.file_name for weights in published().values()]
    assert len(set(files)) == len(files)


def test_what_to_fetch_first(folder):
    assert smallest_download().name == "mobile-sam"
    assert best_download().name == "sam2.1-tiny"


def test_every_quality_of_a_menu_is_one_that_engines_take():
    assert tuple(quality_texts()) == QUALITIES


@pytest.mark.parametrize(
    ("name", "qualities"),
    [
        ("mobile-sam", ("auto", "exact", "fast")),
        ("sam2.1-tiny", QUALITIES),
        ("flow", ()),
        ("no such engine", ()),
    ],
)
def test_a_menu_shows_the_qualities_of_its_engine(name, qualities):
    assert tuple(quality_texts(name)) == qualities


def test_without_checkpoints_the_flow_engine_is_the_default(folder):
    assert default_engine() == "flow"
    usable = [status.name for status in engine_statuses() if status.usable]
    assert usable == ["flow"]


def test_status_says_how_to_fetch(folder):
    status = next(s for s in engine_statuses() if s.name == "sam2.1-small")
    assert status.checkpoint is None
    assert "sam2.1_hiera_small.pt" in status.problem
    assert "download_models.py sam2.1-small" in status.problem
    assert "184 MB" in status.problem


def test_default_prefers_the_newer_and_on_a_cpu_the_smaller(folder, monkeypatch):
    put(folder, "sam2-tiny")
    assert default_engine() == "sam2-tiny"
    put(folder, "sam2.1-large")
    assert default_engine() == "sam2.1-large"
    put(folder, "sam2.1-small")
    assert default_engine() == "sam2.1-small"
    monkeypatch.setattr("vostool.models.spec.has_cuda", lambda: True)
    assert default_engine() == "sam2.1-large"
    assert default_engine("cpu") == "sam2.1-small"


def test_a_cpu_without_bfloat16_prefers_what_is_quick_there(folder, monkeypatch):
    pytest.importorskip("transformers", reason="EdgeTAM needs transformers")
    monkeypatch.setattr("vostool.models.spec.on_slow_cpu", lambda device: device != "cuda")
    put(folder, "sam2.1-tiny")
    assert default_engine() == "sam2.1-tiny", "flow is no network"
    for name in ("mobile-sam", "edgetam"):
        with zipfile.ZipFile(folder / published()[name].file_name, "w") as archive:
            archive.writestr("data.pkl", b"")
        assert default_engine() == name
        assert default_engine("cuda") == "sam2.1-tiny"
    monkeypatch.setattr("vostool.models.spec.on_slow_cpu", lambda _device: False)
    assert default_engine() == "sam2.1-tiny"


@pytest.mark.parametrize(("kind", "dtype", "slow"), [
    ("cpu", "float32", True), ("cpu", "bfloat16", False), ("no such", "float32", False),
])  # fmt: skip
def test_which_cpu_is_slow(monkeypatch, kind, dtype, slow):
    monkeypatch.setenv("VOSTOOL_DTYPE", dtype)
    assert on_slow_cpu(kind) is slow


def test_a_truncated_checkpoint_is_never_the_default(folder):
    path = folder / MODELS["sam2.1-tiny"].file_name
    put(folder, "sam2.1-tiny")
    path.write_bytes(path.read_bytes()[:40])
    assert default_engine() == "flow"
    status = next(s for s in engine_statuses() if s.name == "sam2.1-tiny")
    assert status.checkpoint == path
    assert "truncated" in status.problem


def test_unknown_engine_names_the_known():
    with pytest.raises(
        UsageError, match=r"no engine 'sam9'; known are flow, mobile-sam, sam2.1-tiny, "
    ):
        create_engine("sam9")


def test_unknown_device_names_the_known():
    with pytest.raises(UsageError, match="no device 'tpu'; known are cpu, cuda, cuda:1"):
        create_engine("sam2.1-tiny", device="tpu")


def test_missing_checkpoint_says_what_to_type(folder):
    with pytest.raises(ModelError, match=r"fetch it \(156 MB\) with `python .* sam2.1-tiny`"):
        create_engine("sam2.1-tiny")


def test_named_checkpoint_that_is_not_there(folder):
    with pytest.raises(ModelError, match="There is no checkpoint"):
        create_engine("sam2.1-tiny", "cpu", folder / "mine.pt")


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "xpu", "xpu:1"])
def test_every_kind_of_device_reaches_the_engine(device, tiny_checkpoint, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.xpu.is_available", lambda: False)
    with pytest.raises(ModelError, match="GPU here; use the device cpu"):
        create_engine("sam2.1-tiny", device, tiny_checkpoint)


def test_absent_device_is_refused(folder, tiny_checkpoint):
    import torch

    if torch.backends.mps.is_available():
        pytest.skip("this machine has an Apple GPU")
    with pytest.raises(ModelError, match="no Apple GPU here; use the device cpu"):
        create_engine("sam2.1-tiny", "mps", tiny_checkpoint)


def test_creates_sam2_from_a_checkpoint(folder, tiny_checkpoint):
    info = create_engine("sam2.1-tiny", "cpu", tiny_checkpoint).info
    assert (info.name, info.title) == ("sam2.1-tiny", "SAM 2.1 tiny")
    assert info.device == "cpu"
    # bfloat16 where the processor multiplies it, so what is right depends on the machine.
    assert info.dtype in ("float32", "bfloat16")


def test_torch_that_does_not_load_is_one_sentence(folder, tiny_checkpoint, monkeypatch):
    monkeypatch.setitem(sys.modules, "vostool.models.sam2.engine", None)
    with pytest.raises(ModelError, match="or use the engine flow"):
        create_engine("sam2.1-tiny", "cpu", tiny_checkpoint)


def test_creates_the_flow_engine():
    assert create_engine("flow").info.name == "flow"


def test_listing_engines_loads_no_torch():
    probe = (
        "import sys; from vostool.models import registry; registry.engine_statuses(); "
        "assert not {'torch', 'cv2', 'sam2', 'transformers', 'timm'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", probe], check=True)
