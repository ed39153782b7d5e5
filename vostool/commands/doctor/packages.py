"""Which packages VOSTool wants, which are here, and what to type for those that are not."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vostool.errors import VosToolError
from vostool.models.nvidia import install_command

try:
    from packaging.requirements import Requirement
except ImportError as error:
    raise VosToolError(
        f"The package packaging is missing; install it with `{sys.executable} -m pip install "
        "packaging`."
    ) from error

DISTRIBUTION = "vostool"
_FOR_DEVELOPERS = ("test", "real")
MODULES: Mapping[str, str] = {
    "PyQt6": "PyQt6.QtWidgets",
    "av": "av",
    "defusedxml": "defusedxml",
    "imageio-ffmpeg": "imageio_ffmpeg",
    "numpy": "numpy",
    "opencv-python": "cv2",
    "packaging": "packaging",
    "pillow": "PIL.Image",
    "platformdirs": "platformdirs",
    "psutil": "psutil",
    "pycocotools": "pycocotools.mask",
    "pyqtgraph": "pyqtgraph",
    "pyyaml": "yaml",
    "sam2": "sam2",
    "timm": "timm",
    "tomli": "tomli",
    "tomli-w": "tomli_w",
    "torch": "torch",
    "torchvision": "torchvision",
    "tqdm": "tqdm",
}
"""The module that each needed distribution is imported as."""
NATIVE = (
    "numpy", "cv2", "av", "PIL.Image", "pycocotools.mask", "psutil", "PyQt6.QtWidgets", "torch",
    "torchvision",
)  # fmt: skip
"""Those with libraries of their own, whose import fails where the machine does not fit them."""


SPARED = {"openvino": "PyTorch runs the image encoders slower in its place"}
"""What the program can do without, and what that costs."""


@dataclass(frozen=True, slots=True)
class Package:
    """One requirement and what is here of it.

    Attributes:
        extra: the optional extra that wants it, or "" for what the program needs.
        wanted: the bounds that are declared, such as ">=1.26".
        version: what is installed, or "" for nothing.
        fits: what is installed is within the bounds.
    """

    name: str
    extra: str
    wanted: str
    version: str
    fits: bool

    @property
    def module(self) -> str | None:
        """What a needed package is imported as, or None where that is not known."""
        return MODULES.get(self.name)

    @property
    def remedy(self) -> str:
        """What to type to install it."""
        return install_command(f"{self.name}{self.wanted}")


def packages() -> list[Package]:
    """Every requirement that holds for this Python, those of extras for users included.

    Raises:
        importlib.metadata.PackageNotFoundError: VOSTool runs without being installed.
    """
    return list(_read(importlib.metadata.requires(DISTRIBUTION) or []))


def _read(lines: list[str]) -> Iterator[Package]:
    provided = importlib.metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or []
    extras = ["", *(extra for extra in provided if extra not in _FOR_DEVELOPERS)]
    for extra in extras:
        for line in lines:
            wanted = Requirement(line)
            marker = wanted.marker
            if marker is None:
                holds = extra == ""
            else:
                holds = marker.evaluate({"extra": extra})
                # A marker about Python alone holds for every extra; it belongs to none.
                holds = holds and (extra == "" or not marker.evaluate({"extra": ""}))
            if holds:
                yield _package(wanted, extra)


def _package(wanted: Requirement, extra: str) -> Package:
    version = installed_version(wanted.name)
    fits = bool(version) and wanted.specifier.contains(version, prereleases=True)
    bounds = ",".join(sorted((str(one) for one in wanted.specifier), reverse=True))
    return Package(wanted.name, extra, bounds, version, fits)


def installed_version(name: str) -> str:
    """The version of a distribution, or "" where it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
