"""Engines that another distribution adds through entry points: good ones and broken ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from scratch_distribution import STILL_ENGINE, write_distribution

from vostool.models import registry

BROKEN = "raise RuntimeError('a library of mine is missing')"


@pytest.fixture
def install(tmp_path, monkeypatch) -> Iterator[Callable[..., None]]:
    """Installs modules with engines by name, until the test ends."""

    def lay_out(modules: dict[str, str], engines: dict[str, str]) -> None:
        monkeypatch.syspath_prepend(
            write_distribution(tmp_path / "site", modules, {registry.GROUP: engines})
        )
        registry.forget_plugins()

    yield lay_out
    monkeypatch.undo()
    registry.forget_plugins()


def test_a_plug_in_is_listed_and_made(install) -> None:
    install({"scratch_still": STILL_ENGINE}, {"still": "scratch_still:ENGINE"})
    assert registry.engine_names()[-1] == "still"
    status = registry.engine_statuses()[-1]
    assert (status.name, status.title, status.usable) == ("still", "Still life", True)
    assert registry.create_engine("still").info.title == "Still life"
    assert registry.plugin_problems() == ()
    assert registry.default_engine() != "still", "it has no rank"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("still", "scratch_broken:ENGINE", "a library of mine is missing"),
        ("still", "scratch_absent:ENGINE", "No module named 'scratch_absent'"),
        ("still", "scratch_still:StillEngine", "is no EngineSpec"),
        ("flow", "scratch_still:ENGINE", "'flow' is taken"),
    ],
)
def test_a_broken_plug_in_is_named_and_left_out(install, name, value, said) -> None:
    before = registry.engine_names()
    modules = {"scratch_broken": BROKEN, "scratch_still": STILL_ENGINE}
    install(modules, {name: value, "other": "scratch_still:ENGINE"})
    assert registry.engine_names() == (*before, "other")
    (sentence,) = registry.plugin_problems()
    assert f"The plug-in '{name}' of scratch was left out" in sentence
    assert said in sentence
    assert registry.create_engine("flow").info.title == "Optical flow"


def test_a_plug_in_that_lacks_a_package_says_so(install) -> None:
    source = STILL_ENGINE.replace(
        'title="Still life", load', 'title="Still life", packages=("no_such",), install="x", load'
    )
    install({"scratch_lacking": source}, {"still": "scratch_lacking:ENGINE"})
    status = registry.engine_statuses()[-1]
    assert status.problem == "Still life needs the packages no_such; add them with `x`."
