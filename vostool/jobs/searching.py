"""The keys of a job that let a finder look: text, everything, and how to choose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vostool.errors import UsageError
from vostool.finders.choice import Choice, usual_choice
from vostool.finders.finder import Grid, Question, Way
from vostool.finders.ground import LARGEST_THING
from vostool.finders.identity import NewRules
from vostool.finders.phrases import parse_phrases
from vostool.finders.registry import best_finder, named_finder
from vostool.io.batch import toml
from vostool.io.imports.plain_table import Table
from vostool.jobs.job import Search
from vostool.runs.discovery.values import Again, DiscoveryRules
from vostool.words import tr

DEFAULTS = DiscoveryRules()
TEXT_SCORE = 0.25


def search_of(table: Table, where: str, folder: Path) -> Search | None:
    """What a finder shall look for, None where the job asks none.

    Raises:
        UsageError: a value makes no sense, or no such finder.
        ModelError: no finder can be asked this way here.
    """
    text, everything = table.text("text", ""), table.yes("everything")
    finder, checkpoint = table.text("finder", ""), table.text("finder_checkpoint", "")
    side = table.whole("points_per_side", 16) or 16
    choice = choice_of(
        Way.EVERYTHING if everything else Way.TEXT,
        score=table.number("score", 0.0) if table.has("score") else None,
        text_score=table.number("text_score", TEXT_SCORE),
        min_area=table.whole("min_area", DEFAULTS.new.min_area) or 0,
        box_size=table.number("box_size", 0.0) if table.has("box_size") else None,
    )
    most = table.whole("max_objects", DEFAULTS.new.max_objects) or DEFAULTS.new.max_objects
    new = NewRules(most, choice.smallest_area, table.number("new_share", DEFAULTS.new.outside))
    every = table.whole("every", DEFAULTS.every) or DEFAULTS.every
    rules = DiscoveryRules(
        every, new, table.choice("seen_again", Again.JOIN), table.yes("backward")
    )
    if not text and not everything:
        return None
    if text and everything:
        raise UsageError(
            tr("{where} asks for text and for everything; ask for one of them.", where=where)
        )
    if not 1 <= side <= 64:
        raise UsageError(tr("{where}.points_per_side is 1 to 64.", where=where))
    question = (
        Question(Way.EVERYTHING, grid=Grid(points_per_side=side))
        if everything
        else Question(Way.TEXT, parse_phrases(text))
    )
    place = toml.absolute(checkpoint, folder) if checkpoint else None
    return Search(_finder(finder, question.way), question, choice, rules, place)


def choice_of(
    way: Way, *, score: float | None, text_score: float, min_area: int, box_size: float | None
) -> Choice:
    """Which candidates count; None: as is usual for this way."""
    usual = usual_choice(way)
    largest = LARGEST_THING if way is Way.EVERYTHING else usual.box_size_threshold
    return replace(
        usual,
        score=usual.score if score is None else score,
        text_score=text_score,
        smallest_area=min_area,
        box_size_threshold=largest if box_size is None else box_size,
    )


def _finder(name: str, way: Way) -> str:
    """A named one is not asked whether it can be used here: a cluster's workers may have it."""
    return (named_finder(name, way) if name else best_finder(way)).name
