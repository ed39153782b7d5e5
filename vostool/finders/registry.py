"""The door to every finder. Loads no torch itself.

A new one is one spec and one line in the list of its kind here; another distribution adds one as an
entry point of the group of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from vostool.errors import ModelError, UsageError
from vostool.finders.concepts import ConceptTracker
from vostool.finders.everything import spec as everything
from vostool.finders.finder import Finder, Way
from vostool.finders.listener import Listener
from vostool.finders.sound import spec as sound
from vostool.finders.spec import (
    ConceptSpec,
    FinderSpec,
    FinderStatus,
    LateSpec,
    ListenerSpec,
)
from vostool.finders.text import spec as text
from vostool.finders.video import spec as video
from vostool.plugins import Registry
from vostool.words import tr

GROUP = "vostool.finders"
LISTENERS_GROUP = "vostool.listeners"
CONCEPTS_GROUP = "vostool.concept_trackers"
_BUILT_IN: tuple[FinderSpec, ...] = (everything.EVERYTHING, everything.LIKE, *text.FINDERS)
_BUILT_IN_LISTENERS: tuple[ListenerSpec, ...] = sound.LISTENERS
_BUILT_IN_CONCEPTS: tuple[ConceptSpec, ...] = video.TRACKERS
FINDERS: Registry[FinderSpec] = Registry(_BUILT_IN, GROUP, FinderSpec)
LISTENERS: Registry[ListenerSpec] = Registry(_BUILT_IN_LISTENERS, LISTENERS_GROUP, ListenerSpec)
CONCEPTS: Registry[ConceptSpec] = Registry(_BUILT_IN_CONCEPTS, CONCEPTS_GROUP, ConceptSpec)


def finder_statuses(way: Way | None = None) -> list[FinderStatus]:
    """Every finder on a frame, or every one that can be asked this way."""
    return [spec.status() for spec in FINDERS.values() if way is None or way in spec.ways]


def listener_statuses() -> list[FinderStatus]:
    """Everything that listens."""
    return [spec.status() for spec in LISTENERS.values()]


def other_statuses() -> list[FinderStatus]:
    """Everything that listens, and everything that looks through a whole video."""
    return [*listener_statuses(), *(spec.status() for spec in CONCEPTS.values())]


def finder_problems() -> tuple[str, ...]:
    """One sentence for each plug-in that was left out."""
    return (*FINDERS.problems, *LISTENERS.problems, *CONCEPTS.problems)


def best_finder(way: Way) -> FinderSpec:
    """The usable finder of the highest rank that can be asked this way.

    Raises:
        ModelError: there is none; says what the first one lacks, and what brings it.
    """
    return _best([s for s in FINDERS.values() if way in s.ways], tr("look by {way}", way=way.value))


def best_listener() -> ListenerSpec:
    """The usable listener of the highest rank; raises as :func:`best_finder` does."""
    return _best(LISTENERS.values(), "listen")


def best_concepts() -> ConceptSpec:
    """The best one that looks through a whole video; raises as :func:`best_finder` does."""
    return _best(CONCEPTS.values(), tr("look through a whole video by itself"))


def named_finder(name: str, way: Way) -> FinderSpec:
    """The finder of that name, which may lack something here.

    Raises:
        UsageError: there is none, or it cannot be asked this way; names those that can.
    """
    spec = _spec(FINDERS, name, "finder")
    if way not in spec.ways:
        able = ", ".join(other.name for other in FINDERS.values() if way in other.ways)
        raise UsageError(
            tr(
                "The finder '{name}' cannot be asked by {way}; these can: {able}.",
                name=name,
                way=way.value,
                able=able or "none",
            )
        )
    return spec


def create_finder(name: str, device: str | None = None, checkpoint: Path | None = None) -> Finder:
    """Make the finder of that name, with its model loaded.

    Raises:
        UsageError: no finder of that name.
        ModelError: packages or the checkpoint are missing, damaged or of another model.
    """
    return _spec(FINDERS, name, "finder").create(device, checkpoint)


def create_listener(
    name: str, device: str | None = None, checkpoint: Path | None = None
) -> Listener:
    """Make the listener of that name; raises as :func:`create_finder` does."""
    return _spec(LISTENERS, name, "listener").create(device, checkpoint)


def create_concepts(
    name: str, device: str | None = None, checkpoint: Path | None = None
) -> ConceptTracker:
    """Make the one that looks through whole videos; raises as :func:`create_finder` does."""
    return _spec(CONCEPTS, name, tr("finder for whole videos")).create(device, checkpoint)


S = TypeVar("S", bound=LateSpec[object])


def _best(specs: Iterable[S], what: str) -> S:
    statuses = [(spec, spec.status()) for spec in specs]
    usable = [spec for spec, status in statuses if status.usable]
    if usable:
        return max(usable, key=lambda spec: spec.rank)
    problems = [status.problem for _, status in statuses if status.problem]
    none = tr("Nothing is installed that can {what}; see `vostool models`.", what=what)
    raise ModelError(problems[0] if problems else none)


def _spec(specs: Mapping[str, S], name: str, kind: str) -> S:
    if name not in specs:
        raise UsageError(
            tr(
                "There is no {kind} '{name}'; known are {names}.",
                kind=kind,
                name=name,
                names=", ".join(specs) or "none",
            )
        )
    return specs[name]
