"""Finding a command by some letters of its name. No Qt."""

from __future__ import annotations

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

    A word matches at the start of a word of the name, else within it, else in menu, tip or keys,
    else as letters in order ("tfw" finds "Track forward"). Nothing typed gives all, as they come.
    """
    words = typed.casefold().split()
    scored = []
    for place, command in enumerate(commands):
        scores = [_score(command, word) for word in words]
        if all(score is not None for score in scores):
            scored.append((sum(s for s in scores if s is not None), place, command))
    scored.sort(key=lambda found: found[:2])
    return [command for _, _, command in scored]


def _score(command: Command, word: str) -> int | None:
    name = command.text.casefold()
    if name.startswith(word):
        return 0
    if any(part.startswith(word) for part in name.split()):
        return 1
    if word in name:
        return 3
    if word in command.keys.casefold().split(" or "):
        return 2
    if any(word in other.casefold() for other in (command.group, command.tip)):
        return 6
    return 10 if _in_order(word, name) else None


def _in_order(letters: str, name: str) -> bool:
    rest = iter(name)
    return len(letters) > 1 and all(letter in rest for letter in letters)
