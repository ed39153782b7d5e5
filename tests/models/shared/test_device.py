"""Which device is taken, and what is said of one that cannot be; cards are pretended."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from vostool.errors import ModelError
from vostool.models.shared.device import (
    choose_bfloat16,
    choose_device,
    choose_dtype,
    choose_light_dtype,
    has_kernels,
)
from vostool.models.shared.torch_errors import clear_errors, is_out_of_memory
from vostool.models.shared.torch_facts import torch_facts

WHEEL = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120"]


@pytest.mark.parametrize(
    ("architectures", "capability", "runs"),
    [
        (WHEEL, (6, 1), False),
        (WHEEL, (7, 0), False),
        (WHEEL, (7, 5), True),
        (WHEEL, (8, 9), True),
        (WHEEL, (11, 0), False),
        ([*WHEEL, "compute_90"], (11, 0), True),
        (["sm_90a"], (9, 0), True),
        (["sm_100a"], (10, 3), False),
        ([], (6, 1), True),
    ],
)
def test_the_builds_architectures_are_compared_with_the_card(architectures, capability, runs):
    assert has_kernels(architectures, capability) is runs


@pytest.fixture
def cards(monkeypatch):
    """Pretend cards of these capabilities, the first by number 0."""

    def pretend(*capabilities):
        cuda = torch.cuda
        monkeypatch.setattr(torch.version, "cuda", "12.8")
        monkeypatch.setattr(cuda, "is_available", lambda: bool(capabilities))
        monkeypatch.setattr(cuda, "device_count", lambda: len(capabilities))
        monkeypatch.setattr(cuda, "get_arch_list", lambda: WHEEL)
        monkeypatch.setattr(
            cuda, "get_device_capability", lambda place: capabilities[place.index or 0]
        )
        monkeypatch.setattr(cuda, "get_device_name", lambda place: f"Card {place.index or 0}")

    return pretend


def test_a_card_without_kernels_is_refused_with_a_sentence_and_left_out(cards, caplog):
    cards((6, 1))
    with pytest.raises(ModelError, match=r"no kernels for the Card 0 .*6\.1.*device cpu"):
        choose_device("cuda")
    assert choose_device(None) == torch.device("cpu")
    assert "no kernels for the Card 0" in caplog.text


def test_a_second_card_is_taken_where_the_first_cannot_be_or_where_it_is_asked_for(cards):
    cards((6, 1), (8, 6))
    assert choose_device(None) == torch.device("cuda", 1)
    assert choose_device("cuda:1") == torch.device("cuda", 1)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("cuda:2", "cuda:1 is the last"),
        ("cuda:x", "is no device"),
        ("tpu", "is no device"),
        ("xpu", "no Intel GPU"),
    ],
)
def test_what_is_not_there_is_one_sentence(cards, wanted, said):
    cards((8, 0), (8, 6))
    with pytest.raises(ModelError, match=said):
        choose_device(wanted)


@pytest.mark.parametrize(
    "words",
    [
        "MPS backend out of memory (MPS allocated: 8 GB)",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "CUDA error: out of memory",
    ],
)
def test_every_librarys_lack_of_memory_is_that_and_no_lost_gpu(words):
    assert is_out_of_memory(RuntimeError(words))
    with pytest.raises(ModelError, match="more memory than the GPU has free"), clear_errors("X"):
        raise RuntimeError(words)


def test_other_errors_of_a_card_are_a_lost_gpu_and_others_pass():
    with pytest.raises(ModelError, match="lost its GPU"), clear_errors("X"):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")
    with pytest.raises(RuntimeError, match="shapes"), clear_errors("X"):
        raise RuntimeError("shapes do not match")


@pytest.mark.parametrize(
    ("capability", "name", "dtype"),
    [
        ((6, 1), "GeForce GTX 1080", torch.float32),
        ((7, 0), "Tesla V100", torch.float16),
        ((7, 5), "Tesla T4", torch.float16),
        ((7, 5), "NVIDIA GeForce RTX 2080 Ti", torch.float16),
        ((7, 5), "NVIDIA GeForce GTX 1660 Ti", torch.float32),
        ((7, 5), "Quadro T1000", torch.float32),
        ((8, 6), "NVIDIA RTX A2000", torch.bfloat16),
        ((9, 0), "NVIDIA H100", torch.bfloat16),
    ],
)
def test_a_card_computes_in_the_shortest_type_that_it_is_good_at(
    cards, monkeypatch, capability, name, dtype
):
    cards(capability)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda place: name)
    assert choose_dtype(torch.device("cuda")) is dtype
    whole = torch.float32 if dtype is torch.float16 else dtype
    assert choose_bfloat16(torch.device("cuda")) is whole


@pytest.mark.parametrize(
    ("amx", "avx", "dtype", "light"),
    [
        (True, True, torch.bfloat16, torch.bfloat16),
        (False, True, torch.bfloat16, torch.float32),
        (False, False, torch.float32, torch.float32),
    ],
)
def test_a_small_network_computes_in_bfloat16_on_a_cpu_with_amx_only(
    monkeypatch, amx, avx, dtype, light
):
    monkeypatch.delenv("VOSTOOL_DTYPE", raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx, raising=False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx, raising=False)
    cpu = torch.device("cpu")
    assert (choose_dtype(cpu), choose_light_dtype(cpu)) == (dtype, light)
    monkeypatch.setenv("VOSTOOL_DTYPE", "bfloat16")
    assert choose_light_dtype(cpu) is torch.bfloat16


def test_the_type_can_be_named_from_outside(monkeypatch):
    monkeypatch.setenv("VOSTOOL_DTYPE", "float16")
    assert choose_dtype(torch.device("cpu")) is torch.float16
    monkeypatch.setenv("VOSTOOL_DTYPE", "half")
    with pytest.raises(ModelError, match="set it to bfloat16, float16 or float32"):
        choose_dtype(torch.device("cpu"))


def test_the_doctor_is_told_what_a_card_computes_in(cards, monkeypatch):
    cards((7, 5), (6, 1))
    monkeypatch.setattr(torch.cuda, "init", lambda: None)
    monkeypatch.setattr(
        torch.cuda,
        "get_device_properties",
        lambda index: SimpleNamespace(
            name=f"Card {index}", total_memory=16e9, major=7 - index, minor=5
        ),
    )
    first, second = torch_facts().cards
    assert first == "Card 0, 16 GB, compute capability 7.5, computes in float16"
    assert second.endswith("not used: this PyTorch has no kernels for it")
