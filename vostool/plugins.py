"""What other distributions add: engines, export formats, import formats, by their entry points.

A plug-in that cannot be loaded must not take the program down with it, so it is named in one
sentence and left out. See https://packaging.python.org/en/latest/specifications/entry-points/.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Plugins(Generic[T]):
    """What was found in one group.

    Attributes:
        found: the loaded objects, by the name of their entry point, sorted.
        problems: one sentence for each plug-in that was left out.
    """

    found: dict[str, T]
    problems: tuple[str, ...] = ()


def load_plugins(group: str, kind: type[T], taken: frozenset[str] = frozenset()) -> Plugins[T]:
    """Load every entry point of a group.

    Args:
        group: "vostool.engines" say.
        kind: what an entry point has to be.
        taken: names that the program itself uses; a plug-in cannot take them over.
    """
    found: dict[str, T] = {}
    problems: list[str] = []
    for point in sorted(entry_points(group=group), key=lambda p: p.name):
        try:
            found[point.name] = _loaded(point, kind, taken | found.keys())
        except Exception as error:  # what a stranger's module raises is not ours to know
            problems.append(_sentence(point, error))
    return Plugins(found, tuple(problems))


def _loaded(point: EntryPoint, kind: type[T], taken: frozenset[str]) -> T:
    if point.name in taken:
        raise ValueError(f"the name {point.name!r} is taken")
    value = point.load()
    if not isinstance(value, kind):
        raise TypeError(f"{point.value} is no {kind.__name__}")
    return value


def _sentence(point: EntryPoint, error: Exception) -> str:
    where = f" of {point.dist.name}" if point.dist is not None else ""
    reason = str(error) or type(error).__name__
    return (
        f"The plug-in {point.name!r}{where} was left out: {reason}. "
        "Update it, or uninstall its package."
    )
