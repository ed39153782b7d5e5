"""The devices that a person can choose, by name and title. Loads torch only when it is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vostool.errors import UsageError
from vostool.models.shared.loading import prepare_torch
from vostool.words import tr

_NAME = re.compile(r"cpu|mps|(cuda|xpu)(:\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Device:
    """One of them.

    Attributes:
        name: "cpu", "cuda:0", "mps", "xpu:0".
        title: for people, "NVIDIA GeForce RTX 3090, 24 GB".
        problem: why it cannot be used, or "".
    """

    name: str
    title: str
    problem: str = ""


CPU = Device("cpu", "CPU")


def check_device_name(name: str) -> None:
    """Raise :class:`UsageError` for what is the name of no device, there or not."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            tr(
                "There is no device '{name}'; known are cpu, cuda, cuda:1 (the "
                "second card), mps, xpu.",
                name=name,
            )
        )


def found_devices() -> tuple[Device, ...]:
    """Every device that torch sees here, the CPU first; the CPU alone where torch does not load.

    May take seconds, since it loads torch.
    """
    prepare_torch()
    try:
        from vostool.models.shared.device import cards

        return (CPU, *(Device(str(place), title, problem) for place, title, problem in cards()))
    except (ImportError, OSError, RuntimeError):
        return (CPU,)
