"""The finders that need an engine alone, as the registry lists them."""

from __future__ import annotations

from pathlib import Path

from vostool.finders.finder import Finder, Way
from vostool.finders.spec import FinderSpec
from vostool.words import mark


def _everything(_device: str | None, _checkpoint: Path | None) -> Finder:
    from vostool.finders.everything.finder import EverythingFinder

    return EverythingFinder()


def _like(_device: str | None, _checkpoint: Path | None) -> Finder:
    from vostool.finders.everything.like import LikeFinder

    return LikeFinder()


EVERYTHING = FinderSpec(
    name="everything", title=mark("Everything"), ways=(Way.EVERYTHING,), load=_everything
)
LIKE = FinderSpec(
    name="everything-like",
    title=mark("Everything, compared with an example"),
    ways=(Way.LIKE,),
    load=_like,
    rank=-1,
)
"""Behind every finder that has a model for it."""
