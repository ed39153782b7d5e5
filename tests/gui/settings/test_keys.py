"""The keys under which something is stored: each named once, and spelled nowhere else."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import vostool.gui
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings

KEYS = {name: value for name, value in vars(keys).items() if name.isupper()}


def test_no_two_keys_are_the_same() -> None:
    assert len(set(KEYS.values())) == len(KEYS) > 15


def test_every_key_says_what_it_holds() -> None:
    body = ast.parse(Path(keys.__file__).read_text()).body
    described = {
        node.targets[0].id
        for node, after in pairwise(body)
        if isinstance(node, ast.Assign) and isinstance(after, ast.Expr)
        if isinstance(after.value, ast.Constant) and str(after.value.value).strip()
    }
    assert described == set(KEYS)


def test_no_other_file_spells_a_key() -> None:
    spelled = []
    for path in Path(vostool.gui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in ("value", "setValue", "remove", "contains") and node.args:
                first = node.args[0]
                text = isinstance(first, ast.JoinedStr) or (
                    isinstance(first, ast.Constant) and isinstance(first.value, str)
                )
                if text:
                    spelled.append(f"{path}:{node.lineno}")
    assert spelled == []


def test_all_that_the_window_stored_lies_under_these_keys(hand) -> None:
    hand.window.view_side.state.set(labels=True, minimap=False)
    hand.bench.quit()
    assert settings().allKeys()
    assert set(settings().allKeys()) <= set(KEYS.values())
