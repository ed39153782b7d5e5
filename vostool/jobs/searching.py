"""The keys of a job that let a finder look: text, everything, and how to choose."""

from __future__ import annotations

import os
from pathlib import Path

from vostool.errors import ModelError, UsageError
from vostool.files import expanded
from vostool.finders.choice import Choice
from vostool.finders.finder import Grid, Question, Way
from vostool.finders.identity import NewRules
from vostool.finders.phrases import parse_phrases
from vostool.finders.registry import FINDERS, default_finder, finder_statuses
from vostool.io.imports.plain_table import Table
from vostool.jobs.job import Search
from vostool.runs.discovery.looking import LARGEST_THING
from vostool.runs.discovery.values import Again, DiscoveryRules

_DEFAULTS = DiscoveryRules()


def search_of(table: Table, where: str, folder: Path) -> Search | None:
    """What a finder shall look for, None where the job asks none.

    Raises:
        UsageError: a value makes no sense, or no such finder.
        ModelError: no finder can be asked this way here.
    """
    text, everything = table.text("text", ""), table.yes("everything")
    finder, checkpoint = table.text("finder", ""), table.text("finder_checkpoint", "")
    side = table.whole("points_per_side", 16) or 16
    least, largest = (0.7, LARGEST_THING) if everything else (0.25, 1.0)
    choice = Choice(
        score=table.number("score", least),
        text_score=table.number("text_score", 0.25),
        stability=0.8 if everything else 0.0,
        smallest_area=table.whole("min_area", 200) or 0,
        box_size_threshold=table.number("box_size", largest),
    )
    most = table.whole("max_objects", 255) or 255
    new = NewRules(most, choice.smallest_area, table.number("new_share", 0.8))
    every = table.whole("every", _DEFAULTS.every) or _DEFAULTS.every
    rules = DiscoveryRules(
        every, new, table.choice("seen_again", Again.JOIN), table.yes("backward")
    )
    if not text and not everything:
        return None
    if text and everything:
        raise UsageError(f"{where} asks for text and for everything; ask for one of them.")
    if not 1 <= side <= 64:
        raise UsageError(f"{where}.points_per_side is 1 to 64.")
    question = (
        Question(Way.EVERYTHING, grid=Grid(points_per_side=side))
        if everything
        else Question(Way.TEXT, parse_phrases(text))
    )
    place = Path(os.path.abspath(folder / expanded(checkpoint, folder))) if checkpoint else None
    return Search(_finder(finder, question.way), question, choice, rules, place)


def _finder(name: str, way: Way) -> str:
    if name:
        if name not in FINDERS or way not in FINDERS[name].ways:
            able = ", ".join(spec.name for spec in FINDERS.values() if way in spec.ways)
            raise UsageError(
                f"There is no finder '{name}' for {way.value}; these look so: {able or 'none'}."
            )
        return name
    spec = default_finder(way)
    if spec is None:
        problems = [s.problem for s in finder_statuses(way) if s.problem is not None]
        raise ModelError(problems[0] if problems else "Nothing is installed that looks for this.")
    return spec.name
