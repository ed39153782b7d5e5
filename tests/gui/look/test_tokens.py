"""Sizes and colours stand in one file: no other ones in the style sheet, nor in the window's code."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

import vostool.gui
from vostool.gui.look import tokens
from vostool.gui.look.sheet import filled

GUI = Path(vostool.gui.__file__).parent
TOKENS = GUI / "look" / "tokens.py"
SHEET = (files("vostool.resources") / "window.qss").read_text()
NUMBER = r"\b(?!0\b)\d+(?:\.\d+)?"
STRAY = {
    "a margin or a space": rf"\.(?:setContentsMargins|setSpacing|setHorizontalSpacing"
    rf"|setVerticalSpacing|addSpacing|setMargin)\([^)]*(?<![\w.]){NUMBER}",
    "a size of text": r"\.(?:setPixelSize|setPointSize|setPointSizeF)\(\s*\d",
    "a radius": rf"(?:drawRoundedRect|addRoundedRect)\([^)]*,\s*{NUMBER}\s*,\s*{NUMBER}\s*\)",
    "a colour": r"QColor\(\s*\d+\s*,|QColor\(\s*[\"']|[\"']#[0-9a-fA-F]{6}\b|(?:color|colour): ?#",
}


@pytest.mark.parametrize("kind", STRAY)
def test_the_code_has_no_size_and_no_colour_of_its_own(kind: str) -> None:
    found = [
        f"{path.relative_to(GUI)}: {each.group(0)}"
        for path in sorted(GUI.rglob("*.py"))
        if path != TOKENS
        for each in re.finditer(STRAY[kind], path.read_text())
    ]
    assert not found, "\n".join(found)


def test_the_sheet_has_no_size_and_no_colour_of_its_own() -> None:
    values = re.findall(r":\s*([^;{}]*);", SHEET)
    stray = [v for v in values if re.search(r"\d|#|rgb|palette\(", re.sub(r"\$\w+", "", v))]
    assert not stray, stray


@pytest.mark.parametrize("name", tokens.THEMES)
def test_the_sheet_is_filled_with_every_token_it_names(name: str) -> None:
    sheet = filled(SHEET, tokens.THEMES[name], 10.0)
    assert "$" not in sheet
    assert tokens.THEMES[name].highlight in sheet
    radii = set(re.findall(r"border-radius: (\w+)", sheet))
    assert radii == {f"{tokens.RADIUS}px"}
    assert set(re.findall(r"font-size: ([\w.]+)", sheet)) == {"8.5pt", "12.0pt", "20.0pt"}


def test_a_name_that_no_token_has_is_a_fault() -> None:
    with pytest.raises(KeyError, match="colour_of_nothing"):
        filled("QLabel { color: $colour_of_nothing; }", tokens.LIGHT, 10.0)
