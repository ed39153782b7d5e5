"""`vostool models`: engines and finders, which can be used here, and where checkpoints belong."""

from __future__ import annotations

import argparse

from vostool.commands import output
from vostool.finders.registry import finder_problems, finder_statuses, other_statuses
from vostool.finders.spec import FinderStatus
from vostool.models.registry import (
    best_download,
    default_engine,
    engine_statuses,
    plugin_problems,
)
from vostool.models.spec import EngineStatus
from vostool.models.weights.catalog import checkpoint_dirs, fetch_command
from vostool.training.story import story_sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    statuses = engine_statuses()
    default = default_engine()
    if args.json:
        engines = [
            {
                "name": status.name,
                "title": status.title,
                "usable": status.usable,
                "default": status.name == default,
                "checkpoint": None if status.checkpoint is None else str(status.checkpoint),
                "bytes": status.size,
                "problem": status.problem,
                "trained_on": _trained_on(status),
            }
            for status in statuses
        ]
        finders = [_as_json(finder) for finder in _finders()]
        searched = [str(folder) for folder in checkpoint_dirs()]
        problems = [*plugin_problems(), *finder_problems()]
        output.say_json(
            {"engines": engines, "finders": finders, "searched": searched, "problems": problems}
        )
        return 0
    for status in statuses:
        mark = "*" if status.name == default else " "
        state = "ready" if status.usable else "not here"
        if status.problem is not None and status.checkpoint is not None:
            state = "unusable"
        output.say(f"{mark} {status.name:<18} {state:<9} {_detail(status.title, status.size)}")
        story = _trained_on(status)
        if story is not None:
            output.say(f"    {story}")
    best = best_download()
    output.say(f"\n* is used when none is named; `{fetch_command(best)}` fetches {best.title}.")
    output.say("\nfinders (`vostool find`):")
    for finder in _finders():
        ways = ", ".join(way.value for way in finder.ways)
        rest = "ready" if finder.problem is None else finder.problem
        output.say(f"  {finder.name:<22} {ways:<10} {rest}")
    output.say("\ncheckpoints are searched in:")
    for folder in checkpoint_dirs():
        output.say(f"  {folder}")
    output.warn(s.problem for s in statuses if s.problem is not None and s.checkpoint is not None)
    output.warn((*plugin_problems(), *finder_problems()))
    return 0


def _trained_on(status: EngineStatus) -> str | None:
    return None if status.checkpoint is None else story_sentence(status.checkpoint)


def _finders() -> list[FinderStatus]:
    return [*finder_statuses(), *other_statuses()]


def _as_json(finder: FinderStatus) -> dict[str, object]:
    return {
        "name": finder.name,
        "title": finder.title,
        "ways": [way.value for way in finder.ways],
        "usable": finder.usable,
        "checkpoint": None if finder.checkpoint is None else str(finder.checkpoint),
        "problem": finder.problem,
    }


def _detail(title: str, size: int) -> str:
    return f"{title}, {size / 1e6:.0f} MB" if size else title
