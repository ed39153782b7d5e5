"""Which font draws which character.

Pillow ships one font, with ASCII only. Other writing is drawn with the fonts of the system: the
well-known ones first, by their file names (Pillow looks through the system's folders), then every
font file that lies there, so that a label in any script is drawn where any font has it.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PILLOWS_OWN = ""
"""Stands for the font inside Pillow in place of a file."""

_WELL_KNOWN = (
    "NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "segoeuib.ttf", "HelveticaNeue.ttc", "arialbd.ttf",
    "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "msyh.ttc", "YuGothB.ttc", "malgunbd.ttf",
    "PingFang.ttc", "Hiragino Sans GB.ttc", "AppleSDGothicNeo.ttc", "Nirmala.ttc", "NirmalaB.ttf",
    "LeelawUI.ttf", "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf", "Arial Unicode.ttf",
)  # fmt: skip
_ENDINGS = (".ttf", ".otf", ".ttc")
_PROBE_SIZE = 16
_NO_CHARACTER = "\U0010fffe"  # a noncharacter, so every font answers with its empty box


def runs(text: str) -> list[tuple[str, str]]:
    """Cut a text into pieces that one font draws: (font file, piece), in reading order."""
    found: list[tuple[str, str]] = []
    for character in text:
        before = found[-1][0] if found else None
        if before is not None and (_joins(character) or _has(before, character)):
            font = before
        else:
            font = font_for(character) or before or _any_font()
        if font == before:
            found[-1] = (font, found[-1][1] + character)
        else:
            found.append((font, character))
    return found


def missing(text: str) -> str:
    """The characters of a text that no font has, each once; control characters are not drawn."""
    drawn = (c for c in dict.fromkeys(text) if unicodedata.category(c) != "Cc" and not _joins(c))
    return "".join(c for c in drawn if font_for(c) is None)


@lru_cache(maxsize=4096)
def font_for(character: str) -> str | None:
    """The first font file that has a character, or None where there is none."""
    return next((name for name in _font_files() if _has(name, character)), None)


@lru_cache(maxsize=64)
def load(name: str, size: int) -> Font:
    """A font in a size in pixels.

    Raises:
        OSError: no such file, or it is no font.
    """
    if name == PILLOWS_OWN:
        return ImageFont.load_default(size)
    return ImageFont.truetype(name, size)


def _joins(character: str) -> bool:
    """True for what belongs to the character before it: spaces, accents, joiners."""
    return unicodedata.category(character) in ("Zs", "Mn", "Mc", "Me", "Cf")


@lru_cache(maxsize=8192)
def _has(name: str, character: str) -> bool:
    try:
        font = load(name, _PROBE_SIZE)
        return _drawn(font, character) != _drawn(font, _NO_CHARACTER)
    except (OSError, ValueError):
        return False


def _drawn(font: Font, character: str) -> tuple[tuple[float, ...], bytes]:
    return font.getbbox(character), bytes(font.getmask(character))


def _any_font() -> str:
    return font_for("a") or PILLOWS_OWN


@lru_cache(maxsize=1)
def _font_files() -> tuple[str, ...]:
    """Every font to try, the best first."""
    known = [name for name in _WELL_KNOWN if _opens(name)]
    return (*known, PILLOWS_OWN, *sorted(_installed()))


def _opens(name: str) -> bool:
    try:
        load(name, _PROBE_SIZE)
    except OSError:
        return False
    return True


def _installed() -> Iterator[str]:
    for folder in _folders():
        for place, _, names in os.walk(folder):
            yield from (os.path.join(place, n) for n in names if n.lower().endswith(_ENDINGS))


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        own = os.environ.get("LOCALAPPDATA", str(home / "AppData" / "Local"))
        system = os.environ.get("WINDIR", r"C:\Windows")
        return [Path(system, "Fonts"), Path(own, "Microsoft", "Windows", "Fonts")]
    if sys.platform == "darwin":
        roots = [Path("/System/Library"), Path("/Library"), home / "Library"]
        return [root / "Fonts" for root in roots]
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = os.environ.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    roots = [Path(part) for part in (own, *shared.split(os.pathsep)) if part]
    return [*(root / "fonts" for root in roots), home / ".fonts"]
