"""When to look for new objects: options of `find` and of `eval --unsupervised`."""

from __future__ import annotations

import argparse

from vostool.commands import arguments
from vostool.runs.discovery.values import DiscoveryRules

DEFAULTS = DiscoveryRules()


def add_new_objects(
    group: argparse._ArgumentGroup,
    counts_with: str,
    *,
    most: int = DEFAULTS.new.max_objects,
    every: str = str(DEFAULTS.every),
) -> None:
    """Declare --every, --max-objects, --min-area and --backward.

    Args:
        counts_with: the option without which they say nothing, for the help.
        most: objects at most, where nothing is said.
        every: what the help says of it where nothing is said.
    """
    smallest = DEFAULTS.new.min_area
    group.add_argument(
        "--every", type=arguments.whole, metavar="N",
        help=f"look for new objects on every N-th frame; default: {every}",
    )  # fmt: skip
    group.add_argument(
        "--max-objects", type=arguments.whole, default=most, metavar="N",
        help=f"no more objects than this; default: {most}",
    )  # fmt: skip
    group.add_argument(
        "--min-area", type=arguments.whole, default=smallest, metavar="N",
        help=f"smallest object in pixels; default: {smallest}",
    )  # fmt: skip
    group.add_argument(
        "--backward", action="store_true",
        help=f"with {counts_with}: track new ones to where they first were, as well",
    )  # fmt: skip
