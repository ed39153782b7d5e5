"""Which device is taken, and what is said of one that cannot be; cards are pretended."""

from __future__ import annotations

import pytest
import torch

from vostool.errors import ModelError
from vostool.models.shared.device import choose_device, has_kernels
from vostool.models.shared.torch_errors import clear_errors, is_out_of_memory

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
