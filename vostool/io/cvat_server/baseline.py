"""What the server held when it was last seen, so that changes on either side can be told.

Kept in the project's settings. Three lists: every shape, track and tag of the server with a digest
of what it says and the object that it became (0: none of ours, left alone); every mask and box of
the project that came from there with a digest of what it would go back as; and, while a push is on
its way, what it creates and deletes, so that an interrupted one is recognised and not done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vostool.io.cvat_server.session import Annotations
from vostool.io.cvat_server.shapes import digest, tag_digest, track_digest
from vostool.project.changes import FrameObject, Json

SETTING = "cvat_baseline"
PENDING_SETTING = "cvat_pending"


@dataclass(frozen=True, slots=True)
class Entry:
    """One shape, track or tag of the server.

    Attributes:
        frame: the server's number; of a track its first.
        object_id: of the project, or 0 for what is left alone.
    """

    id: int
    frame: int
    object_id: int
    digest: str


Kinds = Mapping[str, Mapping[int, Entry]]
"""Entries by id, for ``shapes``, ``tracks`` and ``tags``."""


@dataclass(frozen=True)
class Baseline:
    """The last state that both sides agreed on.

    Attributes:
        entries: the server's.
        cells: digest of each mask or box of the project as it came or went.
        values: each object's own attributes then, by its id; projects of older programs lack them.
    """

    entries: Kinds = field(default_factory=lambda: {"shapes": {}, "tracks": {}, "tags": {}})
    cells: Mapping[FrameObject, str] = field(default_factory=dict)
    values: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """As the project keeps it."""
        return {
            **{
                kind: [[e.id, e.frame, e.object_id, e.digest] for e in entries.values()]
                for kind, entries in self.entries.items()
            },
            "cells": [[frame, oid, said] for (frame, oid), said in self.cells.items()],
            "values": [[oid, dict(own)] for oid, own in self.values.items()],
        }

    @classmethod
    def from_json(cls, value: Any) -> Baseline:
        """Read :meth:`to_json`.

        Raises:
            ValueError: it is something else.
        """
        try:
            entries = {
                kind: {int(i): Entry(int(i), int(f), int(o), str(d)) for i, f, o, d in value[kind]}
                for kind in ("shapes", "tracks", "tags")
            }
            cells = {(int(f), int(o)): str(d) for f, o, d in value["cells"]}
            values = {int(oid): dict(own) for oid, own in value.get("values", ())}
        except (KeyError, TypeError) as error:
            raise ValueError(f"no baseline: {error}") from error
        return cls(entries, cells, values)


@dataclass(frozen=True)
class Pending:
    """A push that was begun.

    Attributes:
        created: (frame, object id) by the digest of each shape that it creates.
        deleted: ids of the shapes that it deletes.
        tracks: ids of the tracks that it deletes.
    """

    created: Mapping[str, FrameObject] = field(default_factory=dict)
    deleted: frozenset[int] = frozenset()
    tracks: frozenset[int] = frozenset()

    def to_json(self) -> dict[str, Json]:
        """As the project keeps it."""
        return {
            "created": [[said, frame, oid] for said, (frame, oid) in self.created.items()],
            "deleted": [*sorted(self.deleted)],
            "tracks": [*sorted(self.tracks)],
        }

    @classmethod
    def from_json(cls, value: Any) -> Pending:
        """Read :meth:`to_json`; None and anything else is no push at all."""
        try:
            return cls(
                {str(said): (int(frame), int(oid)) for said, frame, oid in value["created"]},
                frozenset(int(number) for number in value["deleted"]),
                frozenset(int(number) for number in value["tracks"]),
            )
        except (KeyError, TypeError, ValueError):
            return cls()


def entries_of(
    annotations: Annotations, owners: Mapping[tuple[str, int], int] | None = None
) -> dict[str, dict[int, Entry]]:
    """The server's annotations as entries.

    Args:
        owners: object ids by (kind, id); what is not in it belongs to no object.
    """
    owners = owners or {}
    digests = {"shapes": digest, "tracks": track_digest, "tags": tag_digest}
    return {
        kind: {
            int(a["id"]): Entry(
                int(a["id"]), int(a["frame"]), owners.get((kind, int(a["id"])), 0), said(a)
            )
            for a in annotations[kind]
        }
        for kind, said in digests.items()
    }
