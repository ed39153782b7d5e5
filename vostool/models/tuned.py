"""Engines that were trained on a person's own labels: checkpoints that tell their story.

A file ``mine.pt`` of `vostool train` in one of the folders that checkpoints are searched in is the
engine ``mine``, as if it were a published one. Loads no torch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vostool.models.spec import EngineSpec
from vostool.models.weights import catalog
from vostool.models.weights.story import read_story
from vostool.words import tr

_NAME = re.compile(r"[\w.+-]+")
SUFFIX = ".pt"


def tuned_specs(shipped: Sequence[EngineSpec]) -> tuple[EngineSpec, ...]:
    """Engines of fine-tuned checkpoints in the folders that are searched, by name.

    Args:
        shipped: the engines that they may be of; a file that bears the name of one is left out.
    """
    found: dict[str, EngineSpec] = {}
    known = {spec.name: spec for spec in shipped}
    for path in _files():
        base = known.get(engine_of(path) or "")
        if base is not None and path.stem not in known and _NAME.fullmatch(path.stem):
            found.setdefault(path.stem, _tuned(base, path))
    return tuple(found[name] for name in sorted(found))


def engine_of(path: Path) -> str | None:
    """The engine that a fine-tuned checkpoint is for; None for any other file."""
    story = read_story(path)
    engine = None if story is None else story.get("engine")
    return engine if isinstance(engine, str) else None


def _files() -> list[Path]:
    files: list[Path] = []
    for folder in catalog.checkpoint_dirs():
        try:
            files += sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
        except OSError:
            continue
    return files


def _tuned(base: EngineSpec, path: Path) -> EngineSpec:
    title = tr("{name} ({base}, trained on own labels)", name=path.stem, base=base.title)
    return replace(base, name=path.stem, title=title, file=path, weights=None, hub=None, rank=None)
