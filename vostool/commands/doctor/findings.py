"""What `vostool doctor` looks at: each look gives findings, with the line that mends what lacks."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from typing import Literal

from vostool.commands.doctor.packages import NATIVE, SPARED, Package, packages
from vostool.commands.doctor.probe import Probed
from vostool.errors import VosToolError
from vostool.finders.registry import finder_problems
from vostool.models.nvidia import cuda_index, cuda_remedy, has_nvidia_card, install_command
from vostool.models.registry import engine_statuses, plugin_problems, smallest_download
from vostool.models.shared.torch_facts import TorchFacts
from vostool.models.weights.catalog import fetch_command
from vostool.training.story import story_sentence

State = Literal["fine", "optional", "missing"]
"""As it should be; absent, and something optional is not to be had; needed and not there."""
# soname: package of Debian and Ubuntu, package of Fedora
_QT_LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact.

    Attributes:
        area: the heading that it stands under.
        name: of a package, an engine, a device.
        state: see :data:`State`.
        text: for people, on one line.
        remedy: the line to type, or "" where nothing lacks.
    """

    area: str
    name: str
    state: State
    text: str
    remedy: str = ""


def package_findings(probed: Probed) -> Iterator[Finding]:
    """Packages that are needed, then those of each extra."""
    try:
        found = packages()
    except PackageNotFoundError:
        text = "runs from its sources without being installed; what it needs is not known"
        yield Finding("packages", "vostool", "optional", text, "pip install --editable .")
        return
    needed = (package for package in found if not package.extra)
    yield from (_spared(p) if p.name in SPARED else _needed(p, probed) for p in needed)
    for extra in dict.fromkeys(package.extra for package in found if package.extra):
        yield _extra(extra, [package for package in found if package.extra == extra])


def _spared(package: Package) -> Finding:
    if package.fits:
        return Finding("packages", package.name, "fine", f"{package.version} ({package.wanted})")
    text = f"is {package.version or 'missing'} ({package.wanted} is wanted): {SPARED[package.name]}"
    return Finding("packages", package.name, "optional", text, package.remedy)


def _needed(package: Package, probed: Probed) -> Finding:
    bounds = f"{package.wanted} is needed"
    problem = probed.problems.get(package.module or "")
    if problem is not None and package.version:
        remedy = _library_remedy(problem) or f"{package.remedy} --force-reinstall"
        text = f"{package.version} cannot be loaded ({problem})"
        return Finding("packages", package.name, "missing", text, remedy)
    if package.fits:
        return Finding("packages", package.name, "fine", f"{package.version} ({bounds})")
    if package.version:
        text = f"{package.version}, but {bounds}"
        return Finding("packages", package.name, "missing", text, package.remedy)
    if package.module and problem is None and _is_there(package.module):
        text = f"comes from another package as {package.module} ({bounds})"
        return Finding("packages", package.name, "fine", text)
    return Finding("packages", package.name, "missing", f"missing ({bounds})", package.remedy)


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:  # of the package that the module would lie in
        return False


def _extra(extra: str, wanted: Sequence[Package]) -> Finding:
    lacking = [package for package in wanted if not package.fits]
    if not lacking:
        text = ", ".join(f"{package.name} {package.version}" for package in wanted)
        return Finding("extras", extra, "fine", text)
    text = " and ".join(
        f"{p.name} is {p.version or 'missing'} ({p.wanted} is wanted)" for p in lacking
    )
    remedy = install_command(*(f"{package.name}{package.wanted}" for package in lacking))
    return Finding("extras", extra, "optional", text, remedy)


def device_findings(facts: TorchFacts | None) -> Iterator[Finding]:
    """What torch computes on here."""
    if facts is None:
        yield Finding("devices", "PyTorch", "optional", "cannot be asked; see the packages")
        return
    yield Finding("devices", "PyTorch", "fine", f"{facts.version}, built for {facts.build}")
    half = "with" if facts.bfloat16 else "without"
    yield Finding("devices", "CPU", "fine", f"{facts.cores} cores, {half} bfloat16")
    for card in facts.cards:
        yield Finding("devices", facts.build.split()[0], "fine", card)
    if facts.mps:
        yield Finding("devices", "MPS", "fine", "Apple's GPU")
    for card in facts.xpu:
        yield Finding("devices", "XPU", "fine", card)
    if not facts.cards:
        unused = list(_unused_card(facts))
        yield from unused
        if not (unused or facts.mps or facts.xpu):
            yield Finding("devices", "GPU", "fine", "none; the CPU does the work")


def _unused_card(facts: TorchFacts) -> Iterator[Finding]:
    if not has_nvidia_card():
        return
    if facts.build == "CPU":
        text = "there is an NVIDIA card, but this torch is built for the CPU only"
        remedy = cuda_remedy(facts.version)
    else:
        text = f"there is an NVIDIA card that torch cannot use ({facts.problem or 'none found'})"
        command = install_command("--force-reinstall", "torch", "torchvision")
        remedy = "install a newer driver, or a torch for an older CUDA: " + cuda_index(command)
    yield Finding("devices", "NVIDIA", "optional", text, remedy)


def engine_findings() -> Iterator[Finding]:
    """Every engine, and every plug-in that was left out."""
    for status in engine_statuses():
        if status.usable:
            where = f", {status.checkpoint}" if status.checkpoint else ""
            story = story_sentence(status.checkpoint) if status.checkpoint else None
            text = f"ready: {status.title}{where}" + (f"; {story}" if story else "")
            yield Finding("engines", status.name, "fine", text)
            continue
        problem = status.problem or ""
        yield Finding("engines", status.name, "optional", problem, _command_in(problem))
    for sentence in (*plugin_problems(), *finder_problems()):
        yield Finding("engines", "plug-in", "optional", sentence)


def first_weights() -> str:
    """What to type to fetch the smallest weights."""
    return fetch_command(smallest_download())


def _command_in(sentence: str) -> str:
    """The command that a sentence names between backticks."""
    found = re.search(r"`([^`]+)`", sentence)
    return found[1] if found else ""


def ffmpeg_finding() -> Finding:
    """The program that writes overlay videos and animations."""
    from vostool.io.exports.rendered.ffmpeg import executable

    try:
        return Finding("programs", "ffmpeg", "fine", executable())
    except (VosToolError, OSError) as error:
        text = f"overlay videos and animations cannot be written ({error})"
        remedy = install_command("--force-reinstall", "imageio-ffmpeg")
        return Finding("programs", "ffmpeg", "optional", text, remedy)


def screen_findings() -> Iterator[Finding]:
    """On Linux, the system's libraries that Qt's window needs."""
    if sys.platform != "linux":
        return
    lacking = [name for name in _QT_LIBRARIES if not _loads(name)]
    if not lacking:
        yield Finding("screen", "Qt", "fine", "every system library of the window is here")
        return
    several = "libraries" if len(lacking) > 1 else "library"
    text = f"the window needs the system {several} {', '.join(lacking)}"
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not screen:
        text += "; there is no screen here, and the command line works without"
    state: State = "missing" if screen else "optional"
    yield Finding("screen", "Qt", state, text, _system_command(lacking))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _library_remedy(problem: str) -> str:
    """What to type where an import wants one of the system's libraries, else ""."""
    named = [name for name in _QT_LIBRARIES if name in problem]
    return _system_command(named) if named else ""


def _system_command(libraries: Sequence[str]) -> str:
    debian, fedora = zip(*(_QT_LIBRARIES[name] for name in libraries), strict=True)
    if shutil.which("apt-get"):
        return f"sudo apt-get install {' '.join(dict.fromkeys(debian))}"
    if shutil.which("dnf"):
        return f"sudo dnf install {' '.join(dict.fromkeys(fedora))}"
    return f"install what your system calls {' '.join(dict.fromkeys(debian))}"


def native_modules() -> tuple[str, ...]:
    """The modules that are tried in a process of their own, as far as they are installed."""
    return tuple(name for name in NATIVE if _is_there(name))
