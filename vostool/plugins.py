"""What other distributions add: engines, export formats, import formats, by their entry points.

A plug-in that cannot be loaded must not take the program down with it, so it is named in one
sentence and left out. See https://packaging.python.org/en/latest/specifications/entry-points/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, Generic, Protocol, TypeVar

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,62}[A-Za-z0-9])?")
# What Windows takes for devices, whatever ending follows (learn.microsoft.com, "Naming Files").
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Plugins(Generic[T]):
    """What was found in one group.

    Attributes:
        found: the loaded objects, by the name of their entry point, sorted.
        problems: one sentence for each plug-in that was left out.
        origins: "The plug-in 'x' of its-package" by the name of the entry point.
    """

    found: dict[str, T]
    problems: tuple[str, ...] = ()
    origins: dict[str, str] = field(default_factory=dict)


class Named(Protocol):
    """What a registry holds: a frozen dataclass with a name."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


class Registry(Mapping[str, N]):
    """The program's own entries by name, in their order, and behind them those of plug-ins.

    Plug-ins are looked for when the registry is first read, since that takes a while.

    Args:
        own: the program's entries; their names cannot be taken over.
        group: of the entry points, "vostool.export_formats" say.
        kind: what an entry point has to be.
    """

    def __init__(self, own: Iterable[N], group: str, kind: type[N]) -> None:
        self._own = {entry.name: entry for entry in own}
        self._group, self._kind = group, kind
        self._plugins: Plugins[N] | None = None
        self._all: dict[str, N] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each plug-in that was left out."""
        return self._loaded().problems

    def forget(self) -> None:
        """Look for plug-ins anew, as after an installation in this process."""
        self._plugins = None

    def __getitem__(self, name: str) -> N:
        if name in self._own:
            return self._own[name]
        self._loaded()
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        self._loaded()
        return iter(self._all)

    def __len__(self) -> int:
        self._loaded()
        return len(self._all)

    def _loaded(self) -> Plugins[N]:
        if self._plugins is None:
            self._plugins = load_plugins(self._group, self._kind, frozenset(self._own))
            added = self._plugins.found.items()
            self._all = {**self._own, **{name: self._named(name, e) for name, e in added}}
        return self._plugins

    def _named(self, name: str, entry: N) -> N:
        """A plug-in's entry under the name of its entry point; it knows who brought it."""
        assert self._plugins is not None
        known = {"name": name, "origin": self._plugins.origins[name]}
        fields = self._kind.__dataclass_fields__
        return replace(entry, **{key: value for key, value in known.items() if key in fields})


@contextmanager
def plugin_errors(
    origin: str, doing: str, kind: type[Exception], known: type[Exception]
) -> Iterator[None]:
    """Say in one sentence which plug-in failed at what, and with which error.

    Errors of the file system say themselves which file they are about.

    Args:
        origin: of the entry; "" is the program's own, whose mistakes are not a plug-in's.
        doing: "read 'a.txt'", "write".
        kind: of the error that is raised instead.
        known: errors that say themselves what to do.
    """
    try:
        yield
    except (known, OSError):
        raise
    except Exception as error:
        if not origin:
            raise
        reason = f"{type(error).__name__}: {error}".rstrip(": .").replace("\n", " ")
        raise kind(
            f"{origin} could not {doing} ({reason}). Update it, or uninstall its package."
        ) from error


def load_plugins(group: str, kind: type[T], taken: frozenset[str] = frozenset()) -> Plugins[T]:
    """Load every entry point of a group.

    Args:
        group: "vostool.engines" say.
        kind: what an entry point has to be.
        taken: names that the program itself uses; a plug-in cannot take them over.
    """
    found: dict[str, T] = {}
    problems: list[str] = []
    origins: dict[str, str] = {}
    for point in sorted(entry_points(group=group), key=lambda p: p.name):
        try:
            found[point.name] = _loaded(point, kind, taken | found.keys())
            origins[point.name] = _origin(point)
        except Exception as error:  # what a stranger's module raises is not ours to know
            problems.append(_sentence(point, error))
    return Plugins(found, tuple(problems), origins)


def _loaded(point: EntryPoint, kind: type[T], taken: frozenset[str]) -> T:
    # The name is typed on the command line, and that of a format is the name of a folder.
    if not _NAME.fullmatch(point.name) or _DEVICES.fullmatch(point.name):
        raise ValueError(
            "its name must be letters, digits, '-', '_', '.' and '+', as a folder can have"
        )
    if point.name.lower() in {name.lower() for name in taken}:
        raise ValueError(f"the name {point.name!r} is taken")
    value = point.load()
    if not isinstance(value, kind):
        raise TypeError(f"{point.value} is no {kind.__name__}")
    return value


def _origin(point: EntryPoint) -> str:
    where = f" of {point.dist.name}" if point.dist is not None else ""
    return f"The plug-in {point.name!r}{where}"


def _sentence(point: EntryPoint, error: Exception) -> str:
    reason = str(error) or type(error).__name__
    return f"{_origin(point)} was left out: {reason}. Update it, or uninstall its package."
