"""Nothing that the window says is left out of its catalogues: every text stands in brackets.

A catalogue that puts each text in brackets takes the place of a language, and the window is walked
through all its screens. What is painted or told to a screen reader without brackets must be data.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import words as catalogues
from painted import marks_of
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QComboBox, QLineEdit, QMenu, QWidget
from screens import Stage, screens

from vostool import words
from vostool.finders.finder import Way
from vostool.finders.registry import finder_statuses, listener_statuses
from vostool.models.registry import engine_statuses

KEYS = re.compile(
    r"\b(?:(?:Ctrl|Alt|Shift)\+)*(?:Ctrl|Alt|Shift|Home|End|PgUp|PgDown|Left|Right|Up|Down|Del|Delete|Space"
    r"|Return|Enter|Esc|Tab|Backspace|Ins|F\d+|(?<=\+)\w)\b"
)
QTS_OWN = re.compile(r"&?\b(?:OK|Cancel|Close|Yes|No|Open|Save|Show Details\.\.\.)\b")
"""From Qt's catalogue, for which there is another file."""
DATA = re.compile(
    r"\b(?:ladybird|starfish|fish|la|fi|clip|Truth|[cC][pP][uU]|cup|Dog|Male speech|man speaking|Motor vehicl\w*"
    r"|mp4|road|VOSTool|CVAT|mine|X-AnyLabeling|English|rle|polygon|auto|coco|RGB|SAM 2\.\d (?:tiny|small|base|large)"
    r"|[\w-]+\.(?:mp4|vos|json|xml|toml)|kB)\b|\S*/\S+|\b[xy](?= \d)"
)
OF_QT = re.compile(r"^(?:Float|Press shortcut|\d\d.*Python.*)$", re.S)
OF_THE_WALK = re.compile(
    r"Nothing is tracked: .*|Deleted 3 masks.*|The project was not saved.*|The disk is full.*|Saved as.*"
    r"|.*working on the mask…|Of 2 objects|Change label|Frames 20.*|track range|zzz|pip install|Undo",
    re.S,
)
"""What the walk through the screens itself types and shows."""


class Brackets(gettext.NullTranslations):
    """Every text in brackets; keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, text: str) -> str:
        self.asked.add(text)
        return f"⟦{text}⟧"

    def ngettext(self, one: str, many: str, n: int) -> str:
        self.asked.add(one)
        return f"⟦{one if n == 1 else many}⟧"


@pytest.fixture
def brackets() -> Iterator[Brackets]:
    made = Brackets()
    words.use_catalogue(made)
    yield made
    words.use_language(words.ENGLISH)


@pytest.fixture
def stage(brackets: Brackets, program, hand, engine, video: Path, tmp_path: Path) -> Stage:
    """The window made with brackets, with the clip's truth as its engine."""
    things = [("ladybird", hand.middle(1)), ("fish", hand.middle(2))]
    return Stage(program, video, things, hand.until, tmp_path, finds=False)


def test_every_screen_says_only_what_can_be_translated(stage: Stage, brackets: Brackets) -> None:
    left: dict[str, str] = {}
    for screen in screens(stage):
        for text in (*painted(screen.widget), *spoken()):
            bare = without_brackets(text)
            if re.search("[A-Za-z]{2}", bare):
                left.setdefault(bare, f"{screen.name}: {bare!r} of {text!r}")
    assert not left, "\n".join(left.values())
    known = {one for one, _ in catalogues.said_by_the_code().places} | names_of_models()
    unknown = sorted(text for text in brackets.asked - known if re.search("[A-Za-z]{2}", text))
    assert not unknown, "shown by a variable, and marked nowhere:\n" + "\n".join(unknown)


def names_of_models() -> set[str]:
    statuses = [*engine_statuses(), *listener_statuses()]
    statuses += [status for way in Way for status in finder_statuses(way)]
    return {status.title for status in statuses}


def painted(window: QWidget) -> Iterator[str]:
    """All that each widget paints, its lines joined."""
    found: dict[QWidget, list[str]] = {}
    for mark in marks_of(window.window()):
        found.setdefault(mark.owner, []).append(mark.text)
    return (" ".join(texts) for texts in found.values())


def spoken() -> Iterator[str]:
    """What is told to screen readers, in tool tips and lists, of all that can be seen."""
    for widget in QApplication.allWidgets():
        if not widget.isVisible():
            continue
        yield from (widget.toolTip(), widget.accessibleName(), widget.windowTitle())
        if isinstance(widget, QComboBox):
            yield from (widget.itemText(row) for row in range(widget.count()))
        if isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        if isinstance(widget, QMenu):
            yield widget.title()
        for action in widget.actions():
            yield from of_action(action)


def of_action(action: QAction) -> Iterator[str]:
    shown = action.toolTip() if action.toolTip() != action.text().replace("&", "") else ""
    yield from (action.text(), action.statusTip(), action.iconText(), shown)


def without_brackets(text: str) -> str:
    """What is left of a text without its bracketed parts, data, keys and figures."""
    text = re.sub(r"<[^>]*>", " ", text)
    while text != (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)):
        text = shorter
    text = re.sub(r"⟦.*$|^[^⟦]*⟧", " ", text)  # its middle or its end was left out
    for known in (OF_THE_WALK, OF_QT, KEYS, QTS_OWN, DATA):
        text = known.sub(" ", text)
    return text.strip()
