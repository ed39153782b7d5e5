"""An NVIDIA card beside a PyTorch that cannot use it: told without loading PyTorch."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CARD_FOLDER = Path("/proc/driver/nvidia")
"""NVIDIA's driver on Linux; below it a folder a card."""
_CUDA_INDEX = (
    "{command} --index-url ADDRESS   # the address of PyTorch's own index for CUDA wheels, which "
    "pytorch.org shows under Get started"
)
_SECONDS = 5


@dataclass(frozen=True, slots=True)
class UnusedCard:
    """A card, and the line that installs a PyTorch for it.

    Attributes:
        card: its name, "NVIDIA card" where the driver does not tell.
        torch: the version that is installed.
    """

    card: str
    torch: str
    remedy: str


def install_command(*words: str) -> str:
    """What to type to install into the environment that this program runs in."""
    quoted = " ".join(word if word.startswith("-") else f'"{word}"' for word in words)
    python = sys.executable if " " not in sys.executable else f'"{sys.executable}"'
    if importlib.util.find_spec("pip") is None and shutil.which("uv"):
        return f"uv pip install --python {python} {quoted}"
    return f"{python} -m pip install {quoted}"


def has_nvidia_card() -> bool:
    """Whether a driver of NVIDIA is installed, as far as that shows without torch."""
    return shutil.which("nvidia-smi") is not None or CARD_FOLDER.exists()


def unused_card() -> UnusedCard | None:
    """The first card, where the installed PyTorch is built for the CPU only; asks the driver.

    May take seconds; None where there is no card, no PyTorch, or one that is built for cards.
    """
    version = _cpu_build()
    if version is None or not has_nvidia_card():
        return None
    names = card_names()
    return UnusedCard(names[0], version, cuda_remedy(version)) if names else None


def cuda_remedy(version: str) -> str:
    """What to type for a PyTorch that is built for CUDA, where ``version`` is not."""
    command = install_command("--force-reinstall", "torch", "torchvision")
    # The default index has CUDA wheels for Linux, and CPU wheels for Windows.
    return command if sys.platform == "linux" and "+cpu" not in version else cuda_index(command)


def cuda_index(command: str) -> str:
    """The command with the place of CUDA's wheels, for a person to fill in."""
    return _CUDA_INDEX.format(command=command)


def card_names() -> tuple[str, ...]:
    """The cards that the driver sees; none where it sees none or does not answer."""
    found = []
    for told in sorted(CARD_FOLDER.glob("gpus/*/information")):
        model = re.search(r"^Model:\s*(.+)$", _text(told), re.MULTILINE)
        found.append(model[1].strip() if model else "NVIDIA card")
    return tuple(found) or _asked()


def _asked() -> tuple[str, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        said = subprocess.run(
            [program, "-L"], capture_output=True, text=True, timeout=_SECONDS, check=True,
            creationflags=hidden, errors="replace",
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(re.findall(r"^GPU \d+: (.+?)(?: \(UUID.*)?$", said, re.MULTILINE))


def _cpu_build() -> str | None:
    """The version of the installed PyTorch where it is built for the CPU only, else None.

    A wheel's name does not always tell, the file that the build wrote does.
    """
    try:
        spec = importlib.util.find_spec("torch")
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    told = _text(Path(spec.origin).with_name("version.py"))
    version = re.search(r"^__version__ = '([^']+)'", told, re.MULTILINE)
    built = re.search(r"^(?:cuda|hip|rocm|xpu)\b[^=\n]*= *'", told, re.MULTILINE)
    on_cpu_alone = re.search(r"^cuda\b[^=\n]*= *None", told, re.MULTILINE) and not built
    return version[1] if version and on_cpu_alone else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
