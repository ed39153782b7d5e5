"""Finding a command by some letters of its name. No Qt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One line of the palette.

    Attributes:
        id: what to trigger.
        group: the menu it stands in.
        text: its name.
        keys: its keys, for people to learn them.
        tip: what it does.
    """

    id: str
    group: str
    text: str
    keys: str = ""
    tip: str = ""


def search(commands: Iterable[Command], typed: str) -> list[Command]:
    """The commands that hold every typed word, the best match first.

    A word counts most where it is a whole word of the name, then at the start of one, then within
    it, then in menu or tip, and least as letters in order ("tfw" finds "Track forward"). Of several
    words the worst match counts first, so that no whole word is ranked after scattered letters.
    Nothing typed gives all, as they come.
    """
    words = typed.casefold().split()
    scored: list[tuple[tuple[int, int, int], Command]] = []
    for place, command in enumerate(commands):
        scores = [score for word in words if (score := _score(command, word)) is not None]
        if len(scores) == len(words):
            scored.append(((max(scores, default=0), sum(scores), place), command))
    return [command for _, command in sorted(scored, key=lambda found: found[0])]


def _score(command: Command, word: str) -> int | None:
    """How far a typed word is from a command, 0 the nearest; None where it is not found."""
    name = command.text.casefold()
    parts = re.findall(r"\w+", name)
    around = f"{command.group} {command.tip}".casefold()
    found = (
        bool(parts) and word == parts[0],
        word in parts,
        word in command.keys.casefold().split(),
        name.startswith(word),
        any(part.startswith(word) for part in parts),
        word in name,
        word in re.findall(r"\w+", around),
        word in around,
        _in_order(word, name),
    )
    return found.index(True) if True in found else None


def _in_order(letters: str, name: str) -> bool:
    rest = iter(name)
    return len(letters) > 1 and all(letter in rest for letter in letters)
