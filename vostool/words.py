"""Numbers and names in sentences, and what the window says in other languages.

Sentences are written in English where they are said, and looked up there: ``tr("Frame {frame}",
frame=3)``. What is stored or compared stays English. Only the window chooses a language, so that
command lines, their output and what scripts read of it stay as they are.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

ENGLISH: Final = "en"
LANGUAGES: Final = {ENGLISH: "English", "zh_CN": "中文"}
"""By their codes, what they call themselves. Those beside English have a catalogue in
``resources/locale``."""

_IN_ENGLISH: Final = gettext.NullTranslations()


class _Chosen:
    catalogue: gettext.NullTranslations = _IN_ENGLISH


def tr(text: str, /, **values: object) -> str:
    """A text of the program in the chosen language, with its named placeholders filled.

    Args:
        text: English, a literal or one that :func:`mark` has; what the catalogue lacks stays so.
        values: for the placeholders; a text without values is taken as it is, braces and all.
    """
    found = _Chosen.catalogue.gettext(text) if text else text  # "" is the catalogue's own header
    return found.format(**values) if values else found


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """The same of a text that depends on a number, which fills the placeholder ``n``."""
    return _Chosen.catalogue.ngettext(one, many, n).format(n=n, **values)


def mark(text: str) -> str:
    """A text that is translated later, when it is shown: one of a module's constants, say."""
    return text


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 mask", "2 masks", "1,200 masks".

    Args:
        one: the noun after 1.
        many: the noun after every other number; "" takes ``one`` with an s.
    """
    return f"{number:,} {_Chosen.catalogue.ngettext(one, many or one + 's', number)}"


def use_language(code: str) -> None:
    """Say everything in one of :data:`LANGUAGES` from now on; what is unknown is English."""
    if code == ENGLISH or code not in LANGUAGES:
        use_catalogue(_IN_ENGLISH)
        return
    place = files("vostool.resources") / "locale" / code / "LC_MESSAGES" / "vostool.mo"
    with place.open("rb") as file:
        use_catalogue(gettext.GNUTranslations(file))


def use_catalogue(catalogue: gettext.NullTranslations) -> None:
    """Say everything in the words of this catalogue from now on."""
    _Chosen.catalogue = catalogue


def best_language(wanted: Iterable[str]) -> str:
    """Which of :data:`LANGUAGES` a person wants.

    Args:
        wanted: codes as systems have them ("zh-Hans-CN", "de_DE"), the best first. Traditional
            Chinese is another language than the simplified one that there is a catalogue of.
    """
    for code in wanted:
        language, *more = code.replace("-", "_").split("_")
        if language == ENGLISH:
            return ENGLISH
        if language == "zh" and not {"Hant", "TW", "HK", "MO"} & set(more):
            return "zh_CN"
    return ENGLISH


def shortened(text: str, most: int = 200) -> str:
    """A name for a sentence: one line, without what cannot be printed, its middle left out.

    Args:
        most: characters; a longer text keeps its beginning and its end.
    """
    ends = text if len(text) <= 2 * most else f"{text[:most]}{text[-most:]}"
    line = " ".join("".join(c if c.isprintable() else " " for c in ends).split())
    if len(text) <= most and len(line) <= most:
        return line
    half = (most - 1) // 2
    return f"{line[:half]}…{line[-half:]}"


def duration(seconds: float) -> str:
    """1:05 or 2:03:09."""
    whole = max(round(seconds), 0)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
