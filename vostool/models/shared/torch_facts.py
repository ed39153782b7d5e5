"""What torch is and which devices it sees, as plain values.

Importing torch can fail in ways that end the process (an instruction that the CPU lacks), so
`vostool doctor` calls this in a process of its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class TorchFacts:
    """What torch says of itself.

    Attributes:
        version: as torch has it, with its local part ("2.5.1+cpu").
        build: what it was built for: "CUDA 12.4", "ROCm 6.2", "XPU" or "CPU".
        bfloat16: the CPU multiplies in it, which halves the time of a frame.
        cores: of the CPU, as many as this process may use.
        cards: a line each, with name, memory, compute capability, and the type of numbers that
            engines compute in on it, or that this build has no kernels for it.
        problem: why a build for cards sees none, in torch's words; else empty.
        mps: Apple's GPU can be used by torch.
        xpu: Intel's that can, a line each.
    """

    version: str
    build: str
    bfloat16: bool
    cores: int
    cards: tuple[str, ...] = ()
    problem: str = ""
    mps: bool = False
    xpu: tuple[str, ...] = ()


def torch_facts() -> TorchFacts:
    """Import torch and ask it.

    Raises:
        Exception: whatever its import raises.
    """
    import torch

    from vostool.models.shared.device import cpu_multiplies_bfloat16

    cards, problem = _cards()
    return TorchFacts(
        version=str(torch.__version__),
        build=_build(),
        bfloat16=cpu_multiplies_bfloat16(),
        cores=_cores(),
        cards=cards,
        problem=problem,
        mps=torch.backends.mps.is_available(),
        xpu=_xpu(),
    )


def _build() -> str:
    import torch

    if torch.version.cuda is not None:
        return f"CUDA {torch.version.cuda}"
    hip = getattr(torch.version, "hip", None)
    if hip is not None:
        return f"ROCm {hip}"
    return "XPU" if getattr(torch.version, "xpu", None) is not None else "CPU"


def _cards() -> tuple[tuple[str, ...], str]:
    """The cards, and why there are none in a build for them."""
    import torch

    if torch.version.cuda is None and getattr(torch.version, "hip", None) is None:
        return (), ""
    try:
        torch.cuda.init()  # type: ignore[no-untyped-call]
    except (RuntimeError, AssertionError, OSError) as error:
        return (), (str(error).splitlines() or [type(error).__name__])[0]
    lines = []
    for index in range(torch.cuda.device_count()):
        card = torch.cuda.get_device_properties(index)
        lines.append(
            f"{card.name}, {card.total_memory / 1e9:.0f} GB, "
            f"compute capability {card.major}.{card.minor}, {_use(torch.device('cuda', index))}"
        )
    return tuple(lines), ""


def _use(device: torch.device) -> str:
    """What engines make of a card."""
    from vostool.errors import ModelError
    from vostool.models.shared.device import card_problem, choose_dtype

    if card_problem(device) is not None:
        return "not used: this PyTorch has no kernels for it"
    try:
        return f"computes in {str(choose_dtype(device)).removeprefix('torch.')}"
    except ModelError as error:
        return str(error)


def _xpu() -> tuple[str, ...]:
    import torch

    if not torch.xpu.is_available():
        return ()
    return tuple(
        f"{torch.xpu.get_device_name(index)}, {_use(torch.device('xpu', index))}"
        for index in range(torch.xpu.device_count())
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
