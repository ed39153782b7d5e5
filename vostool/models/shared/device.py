"""Choosing where an engine runs, and in which precision."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator, Sequence

import torch

from vostool.errors import ModelError
from vostool.models.shared.processor import processor_name
from vostool.words import tr

_NAMES = {"cuda": "CUDA GPU", "mps": "Apple GPU", "xpu": "Intel GPU"}
_ARCHITECTURE = re.compile(r"(sm|compute)_(\d+)(\d)([a-z]?)$")
# Turing without tensor cores: its convolutions in float16 are known to give NaN.
_BROKEN_HALVES = re.compile(r"GTX 16\d\d|\bMX[45]50\b|\bT(400|500|550|600|1000|1200|2000)\b")
DTYPE_VARIABLE = "VOSTOOL_DTYPE"
_DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}

_log = logging.getLogger(__name__)


def choose_device(wanted: str | None) -> torch.device:
    """The device that was asked for, else CUDA, else an Intel GPU, else MPS, else the CPU.

    A card that this build of torch has no kernels for is not taken: its first operation would
    fail. Where none was asked for, the log says so in one line.

    Args:
        wanted: "cpu", "mps", "cuda", "cuda:1" (the second card), "xpu", "xpu:1"; None for the best.

    Raises:
        ModelError: the wanted device is not there, or cannot be used.
    """
    if wanted is None:
        return _best()
    kind, _, number = wanted.partition(":")
    if kind == "cpu" and not number:
        return torch.device("cpu")
    if kind not in _NAMES or (number and not number.isdecimal()):
        raise ModelError(
            tr(
                '"{wanted}" is no device; use cpu, cuda, cuda:1 (the second card), mps or xpu.',
                wanted=wanted,
            )
        )
    count = _count(kind)
    if not count:
        raise ModelError(tr("There is no {names} here; use the device cpu.", names=_NAMES[kind]))
    if number and int(number) >= count:
        raise ModelError(
            tr(
                "There is no {wanted} here, {kind}:{count} is the last; use that or cpu.",
                wanted=wanted,
                kind=kind,
                count=count - 1,
            )
        )
    device = torch.device(kind, int(number)) if number else torch.device(kind)
    problem = card_problem(device)
    if problem is not None:
        raise ModelError(
            tr("{problem}; use the device cpu, or a PyTorch that is built for it.", problem=problem)
        )
    return device


def choose_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 autocast where the hardware multiplies in it, float16 on cards before, else float32.

    The official examples and benchmarks run in bfloat16 autocast on CUDA, so that is what the
    published quality was measured with. CPUs without such instructions emulate it slowly. The
    environment variable VOSTOOL_DTYPE names another: bfloat16, float16 or float32.

    Raises:
        ModelError: VOSTOOL_DTYPE names none of them.
    """
    wanted = os.environ.get(DTYPE_VARIABLE)
    if wanted:
        if wanted not in _DTYPES:
            raise ModelError(
                tr(
                    '{dtype_variable} is "{wanted}"; set it to bfloat16, float16 '
                    "or float32, or unset it.",
                    dtype_variable=DTYPE_VARIABLE,
                    wanted=wanted,
                )
            )
        return _DTYPES[wanted]
    if device.type == "cuda":
        return _card_dtype(device)
    if device.type == "xpu":
        return torch.bfloat16
    if device.type == "cpu" and cpu_multiplies_bfloat16():
        return torch.bfloat16
    return torch.float32


def choose_bfloat16(device: torch.device) -> torch.dtype:
    """bfloat16 where :func:`choose_dtype` takes it, else float32.

    For models whose own code keeps values in bfloat16, which torch refuses to join with float16.

    Raises:
        ModelError: as there.
    """
    dtype = choose_dtype(device)
    return torch.float32 if dtype is torch.float16 else dtype


def choose_light_dtype(device: torch.device) -> torch.dtype:
    """As :func:`choose_dtype`, but float32 on a CPU that multiplies bfloat16 without AMX.

    For small networks. avx512_bf16 alone multiplies hardly faster than float32, and a small network
    loses more by converting: a tracked frame of MobileSAM took 0.63 s in bfloat16 and 0.43 s in
    float32 on such a CPU (docs/performance.md).

    Raises:
        ModelError: as there.
    """
    named = bool(os.environ.get(DTYPE_VARIABLE))
    return choose_dtype(device) if named or device.type != "cpu" or cpu_has_amx() else torch.float32


def _card_dtype(device: torch.device) -> torch.dtype:
    """By compute capability: Ampere (8.0) is the first with bfloat16 units, Volta (7.0) the first
    with float16 ones; before that halves are slower than floats."""
    major = torch.cuda.get_device_capability(device)[0]
    if major >= 8:
        return torch.bfloat16
    if major == 7 and not _BROKEN_HALVES.search(torch.cuda.get_device_name(device)):
        return torch.float16
    return torch.float32


def card_problem(device: torch.device) -> str | None:
    """Why a card cannot be used, as the beginning of a sentence; None where it can."""
    # ROCm names its architectures otherwise and refuses a card by itself.
    if device.type != "cuda" or torch.version.cuda is None:
        return None
    capability = torch.cuda.get_device_capability(device)
    if has_kernels(torch.cuda.get_arch_list(), capability):
        return None
    name, (major, minor) = torch.cuda.get_device_name(device), capability
    return f"This PyTorch has no kernels for the {name} (compute capability {major}.{minor})"


def has_kernels(architectures: Sequence[str], capability: tuple[int, int]) -> bool:
    """Whether a build for these architectures ("sm_80", "compute_90") runs on a card.

    Kernels run on cards of the same major number and an equal or higher minor one; what is kept as
    ``compute`` is compiled on any later card. True where torch does not tell.
    """
    known = [found for name in architectures if (found := _ARCHITECTURE.match(name))]
    for found in known:
        built = (int(found[2]), int(found[3]))
        same = built[0] == capability[0] and built <= capability
        if built == capability or (
            not found[4] and (same or (found[1] == "compute" and built <= capability))
        ):
            return True
    return not known


def cards() -> Iterator[tuple[torch.device, str, str]]:
    """Every GPU with its number, its name for people, and why it cannot be used or ""."""
    for kind in ("cuda", "xpu", "mps"):
        for number in range(_count(kind)):
            device = torch.device(kind, number) if kind != "mps" else torch.device(kind)
            yield device, device_title(device), card_problem(device) or ""


def device_title(device: torch.device) -> str:
    """The name of a device for people: of the card with its memory, or of the processor."""
    if device.type == "cpu":
        return processor_name()
    with contextlib.suppress(RuntimeError, AssertionError):  # a card that is lost, or pretended
        return _card_title(device)
    return ""


def _card_title(device: torch.device) -> str:
    if device.type == "mps":
        return "Apple GPU"
    if device.type == "xpu":
        return torch.xpu.get_device_name(device)
    memory = torch.cuda.get_device_properties(device).total_memory
    return f"{torch.cuda.get_device_name(device)}, {memory / 1e9:.0f} GB"


def empty_cache(device: torch.device) -> None:
    """Let torch give back the device memory that it holds and does not use.

    After an error that a card does not recover from this raises again, which concerns nobody.
    """
    with contextlib.suppress(RuntimeError):
        if device.type == "cuda":
            torch.cuda.empty_cache()
        elif device.type == "mps":
            torch.mps.empty_cache()
        elif device.type == "xpu":
            torch.xpu.empty_cache()


def _best() -> torch.device:
    for kind in ("cuda", "xpu", "mps"):
        for number in range(_count(kind)):
            device = torch.device(kind, number) if number else torch.device(kind)
            problem = card_problem(device)
            if problem is None:
                return device
            _log.warning("%s; it is left out.", problem)
    return torch.device("cpu")


def _count(kind: str) -> int:
    if kind == "cuda":
        return torch.cuda.device_count() if torch.cuda.is_available() else 0
    if kind == "xpu":
        return torch.xpu.device_count() if torch.xpu.is_available() else 0
    return int(torch.backends.mps.is_available())


def cpu_multiplies_int8() -> bool:
    """True where PyTorch finds VNNI or AMX; without them int8 sums overflow or gain nothing."""
    facts: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    if any(facts.get(name) for name in ("avx512_vnni", "avx_vnni", "amx_int8")):
        return True
    # Releases of PyTorch that cannot tell everything know these two.
    questions = ("_is_vnni_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in questions)


def cpu_multiplies_bfloat16() -> bool:
    """True where PyTorch finds avx512_bf16 or AMX; it has no public question for them yet."""
    return _cpu_has("_is_avx512_bf16_supported") or cpu_has_amx()


def cpu_has_amx() -> bool:
    """True where PyTorch finds AMX, which multiplies bfloat16 and int8 in tiles."""
    return _cpu_has("_is_amx_tile_supported")


def _cpu_has(question: str) -> bool:
    return bool(getattr(torch.cpu, question, lambda: False)())
