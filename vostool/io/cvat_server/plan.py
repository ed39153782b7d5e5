"""A push that has not been carried out: its changes, and the conflicts that it meets."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vostool.errors import JobChanged
from vostool.io.cvat_server.baseline import Baseline, Pending
from vostool.io.cvat_server.job import Job
from vostool.io.cvat_server.session import Annotations
from vostool.io.cvat_server.shapes import digest
from vostool.project.changes import FrameObject
from vostool.project.project import Project
from vostool.words import tr

_LISTED = 8


class OnConflict(enum.Enum):
    """What a push does about changes that others made on the server since the pull.

    REFUSE sends nothing. MINE replaces theirs where both changed the same object on the same frame,
    and leaves their other changes alone. THEIRS leaves out every frame that they changed.
    """

    REFUSE = "refuse"
    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One annotation that changed on the server.

    Attributes:
        kind: "shapes", "tracks" or "tags".
        what: "added", "changed" or "removed".
        frame: the server's number; of a track its first.
        frames: the server's numbers of all frames that it concerns.
    """

    kind: str
    what: str
    id: int
    frame: int
    frames: frozenset[int]

    def __str__(self) -> str:
        return tr(
            "{kind} {id} on frame {frame} was {what}",
            kind=self.kind[:-1],
            id=self.id,
            frame=self.frame,
            what=self.what,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one object on one frame.

    Attributes:
        what: "added", "replaced" or "removed".
        shape: the new shape, or None where one is only removed or where it is there already.
        old: ids of the server's shapes that go.
    """

    key: FrameObject
    label: str
    what: str
    shape: Mapping[str, Any] | None
    old: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """A push that has not been carried out.

    Attributes:
        job: with the frames' numbers.
        changes: by frame and object.
        tracks: the server's tracks that masks take the place of, with their objects' ids.
        conflicts: what changed on the server since it was last seen.
        left_out: (frame, object id) that keep what the server has, because of conflicts.
        warnings: sentences for the person.
        annotations: the server's, which all this was compared with.
        project: a snapshot of what is pushed.
        baseline: what both sides agreed on before.
        adopted: shapes that an interrupted push created, by id, with their cells.
        earlier: that push.
    """

    job: Job
    changes: tuple[Change, ...]
    tracks: Mapping[int, int]
    conflicts: tuple[Conflict, ...]
    left_out: frozenset[FrameObject]
    warnings: tuple[str, ...]
    annotations: Annotations
    project: Project
    baseline: Baseline
    adopted: Mapping[int, FrameObject]
    earlier: Pending
    on_conflict: OnConflict = OnConflict.REFUSE

    @property
    def is_empty(self) -> bool:
        """True where nothing has to be sent."""
        return not self.changes and not self.tracks

    def counts(self) -> dict[str, int]:
        """How many shapes are "added", "replaced" and "removed"."""
        found = Counter(change.what for change in self.changes)
        return {what: found[what] for what in ("added", "replaced", "removed")}

    def by_frame(self) -> dict[int, dict[str, int]]:
        """Server's frame number to counts."""
        frames: dict[int, dict[str, int]] = {}
        for change in self.changes:
            number = self.job.numbers[change.key[0]]
            counts = frames.setdefault(number, {"added": 0, "replaced": 0, "removed": 0})
            counts[change.what] += 1
        return dict(sorted(frames.items()))

    @cached_property
    def pending(self) -> Pending:
        """What is written down before anything is sent. Takes a while for many shapes."""
        created = {digest(c.shape): c.key for c in self.changes if c.shape is not None}
        return Pending(
            {**self.earlier.created, **created},
            self.earlier.deleted | {number for c in self.changes for number in c.old},
            self.earlier.tracks | self.tracks.keys(),
        )

    def check(self) -> None:
        """Raise where the person has to decide first.

        Raises:
            JobChanged: there are conflicts and no word on what to do about them.
        """
        if self.conflicts and self.on_conflict is OnConflict.REFUSE:
            shown = "; ".join(str(conflict) for conflict in self.conflicts[:_LISTED])
            more = len(self.conflicts) - _LISTED
            raise JobChanged(
                tr(
                    "Job {id} changed on the server since it was pulled "
                    "({shown}{value}); nothing was sent. Push with `--on-conflict "
                    "mine` or `theirs`, or pull again.",
                    id=self.job.id,
                    shown=shown,
                    value=tr(" and {more} more", more=more) if more > 0 else "",
                )
            )
