"""The list of finders: what can be asked in which way, and what is missing for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from vostool.errors import ModelError, UsageError
from vostool.finders.finder import Way
from vostool.finders.registry import create_finder
from vostool.finders.spec import FinderSpec


def spec(**values: object) -> FinderSpec:
    def load(_device: str | None, _checkpoint: Path | None) -> object:
        raise AssertionError("is not loaded")

    return FinderSpec(name="owl", title="Owl", ways=(Way.TEXT,), load=load, **values)  # type: ignore[arg-type]


def test_a_missing_package_names_the_line_that_brings_it() -> None:
    missing = spec(packages=("no_such_package",))
    assert missing.status().problem == (
        "Owl needs no_such_package; add it with `pip install 'vostool[auto]'`."
    )
    with pytest.raises(ModelError, match="no_such_package"):
        missing.create()


def test_a_missing_checkpoint_says_how_to_get_it() -> None:
    assert spec(find=lambda: None, missing="Fetch it.").status().problem == "Fetch it."


def test_a_finder_that_is_not_known() -> None:
    with pytest.raises(UsageError, match="There is no finder 'nobody'"):
        create_finder("nobody")
