"""Which keys trigger which action: the table's own, a preset's, and what a person changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from PyQt6.QtGui import QKeySequence

from vostool.gui.actions.presets import PRESETS, STANDARD
from vostool.gui.actions.spec import ActionTable

Keys = Mapping[str, tuple[str, ...]]
"""Keys by action id; the first one of an action is the one that menus show."""


def normal(keys: str) -> str:
    """Keys in Qt's spelling ("Ctrl+B"), or "" where they are not understood."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def table_keys(table: ActionTable) -> dict[str, tuple[str, ...]]:
    """The keys of a table of actions, in Qt's spelling."""
    return {spec.id: tuple(normal(keys) for keys in spec.shortcuts) for spec in table}


@dataclass(frozen=True)
class Keymap:
    """A preset and a person's changes to it. Resolves to keys without conflicts, always.

    What a person chose goes before the preset, and the preset before the table: a key that is
    taken above is dropped below, so that an action added later never breaks a stored keymap.

    Attributes:
        preset: a name of :data:`PRESETS`; an unknown one is taken as the standard one.
        changed: the keys of the actions that the person changed; () takes all keys away.
    """

    preset: str = STANDARD
    changed: Keys = field(default_factory=dict)

    def keys(self, table: ActionTable) -> dict[str, tuple[str, ...]]:
        """The keys of every action of a table."""
        preset = PRESETS.get(self.preset, {})
        layers = (self.changed, preset, table_keys(table))
        taken: set[str] = set()
        found: dict[str, tuple[str, ...]] = {}
        known = [spec.id for spec in table]
        for layer in layers:
            for action in known:
                if action in layer and action not in found:
                    found[action] = _free(layer[action], taken)
        return {action: found[action] for action in known}

    def to_json(self) -> str:
        """For the preferences."""
        return json.dumps({"preset": self.preset, "changed": dict(self.changed)})

    @classmethod
    def from_json(cls, text: str) -> Keymap:
        """What :meth:`to_json` made; whatever else it is, the standard keymap."""
        try:
            stored = json.loads(text)
            changed = {
                str(action): tuple(str(keys) for keys in several)
                for action, several in stored["changed"].items()
            }
            return cls(str(stored["preset"]), changed)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls()

    @classmethod
    def from_keys(cls, preset: str, keys: Keys, table: ActionTable) -> Keymap:
        """The keymap that resolves to ``keys``: only what differs from the preset is kept."""
        own = cls(preset).keys(table)
        return cls(preset, {a: k for a, k in keys.items() if k != own.get(a)})


def conflicts(keys: Keys) -> dict[str, list[str]]:
    """Keys that more than one action has, with the ids of those actions."""
    owners: dict[str, list[str]] = {}
    for action, several in keys.items():
        for each in dict.fromkeys(normal(k) for k in several):
            owners.setdefault(each, []).append(action)
    return {each: actions for each, actions in owners.items() if len(actions) > 1}


def owner(keys: Keys, wanted: str) -> str | None:
    """The action that has these keys, or None."""
    wanted = normal(wanted)
    return next((a for a, several in keys.items() if wanted in map(normal, several)), None)


def _free(wanted: Iterable[str], taken: set[str]) -> tuple[str, ...]:
    found = []
    for keys in map(normal, wanted):
        if keys and keys not in taken:
            taken.add(keys)
            found.append(keys)
    return tuple(found)
