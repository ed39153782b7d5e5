"""The door to every finder. Loads no torch itself.

A new finder is one :class:`FinderSpec` and one line in ``_BUILT_IN``; another distribution adds
one as an entry point of the group ``vostool.finders``.
"""

from __future__ import annotations

from pathlib import Path

from vostool.errors import UsageError
from vostool.finders.finder import Finder, Way
from vostool.finders.spec import FinderSpec, FinderStatus
from vostool.plugins import Registry

GROUP = "vostool.finders"
_BUILT_IN: tuple[FinderSpec, ...] = ()
FINDERS: Registry[FinderSpec] = Registry(_BUILT_IN, GROUP, FinderSpec)


def finder_statuses(way: Way | None = None) -> list[FinderStatus]:
    """Every finder, or every one that can be asked this way."""
    return [spec.status() for spec in FINDERS.values() if way is None or way in spec.ways]


def default_finder(way: Way) -> FinderSpec | None:
    """The usable finder of the highest rank that can be asked this way, or None."""
    usable = [spec for spec in FINDERS.values() if way in spec.ways and spec.status().usable]
    return max(usable, key=lambda spec: spec.rank, default=None)


def create_finder(name: str, device: str | None = None, checkpoint: Path | None = None) -> Finder:
    """Make the finder of that name, with its model loaded.

    Raises:
        UsageError: no finder of that name.
        ModelError: packages or the checkpoint are missing, damaged or of another model.
    """
    if name not in FINDERS:
        known = ", ".join(FINDERS)
        raise UsageError(f"There is no finder '{name}'; known are {known}.")
    return FINDERS[name].create(device, checkpoint)
