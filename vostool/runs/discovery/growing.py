"""A found object of which only a part is still followed becomes whole again at a look.

What comes out from behind something is often followed in part only, and stays so. A look then sees
the whole, of which too little is new for a new object. It is taken for the object where it covers
what is followed of it and looks as the object did when it was found, which the part does not.
Objects that a person made, changed or confirmed anywhere stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vostool.finders.finder import Candidate
from vostool.finders.identity import NewRules
from vostool.finders.looks import Looks, likeness, looks_of
from vostool.frames import Image
from vostool.masks.crop import difference, intersection
from vostool.masks.mask import Mask, Provenance
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.discovery.memory import Memory
from vostool.runs.discovery.values import Grown

_COVERED = 0.9
"""Share of what is followed that lies in the whole, at least."""
_SMALLER = 0.8
"""What is followed has at most this share of the whole's area; else it is the same mask again."""
_GAIN = 0.05
"""By so much more does the whole look like the object."""


@dataclass
class Growth:
    """Knows what the objects that a machine found looked like then.

    Args:
        memory: of the run.
        rules: ``likeness`` says when a mask looks like the object, ``outside`` how much of the
            whole has to lie outside all other objects.
    """

    memory: Memory
    rules: NewRules
    _found: dict[int, dict[int, Mask]] = field(init=False)
    _locked: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        project = self.memory.project
        self._found = found_by_machine(project)
        self._locked = frozenset(locked_objects(project))

    def add(self, frame: int, object_id: int, mask: Mask) -> None:
        """An object was found here, or seen again; one that a person made stays out."""
        if object_id in self._found or object_id not in self.memory.project.objects:
            self._found.setdefault(object_id, {})[frame] = mask

    def doubtful(self, frame: int, picture: Image) -> dict[int, float]:
        """The found objects that are on the frame and do not look as they did, with the likeness:
        what is followed of them is not worth that nobody looks there."""
        doubtful = {}
        for oid, mask in self.memory.visible(frame).items():
            if oid not in self._found or oid in self._locked or frame in self._found[oid]:
                continue
            alike = self._likeness(oid, looks_of(picture, mask, frame))
            if alike < self.rules.likeness:
                doubtful[oid] = alike
        return doubtful

    def grown(
        self,
        frame: int,
        picture: Image,
        candidates: Sequence[Candidate],
        doubtful: Mapping[int, float],
    ) -> list[Grown]:
        """The doubtful objects that are seen whole; no pixel of another object is taken."""
        there = self.memory.visible(frame)
        news = []
        for oid in sorted(doubtful, key=lambda o: (doubtful[o], o)):
            others = [mask for other, mask in there.items() if other != oid]
            least = max(self.rules.likeness, doubtful[oid] + _GAIN)
            best: tuple[float, Mask, float] | None = None
            for candidate in candidates:
                whole = self._whole(there[oid], candidate.mask, others)
                if whole is None:
                    continue
                alike = self._likeness(oid, looks_of(picture, whole, frame, candidate.label))
                worth = alike * candidate.score
                if alike >= least and (best is None or worth > best[0]):
                    best = worth, whole, candidate.score
            if best is not None:
                there[oid] = best[1]
                news.append(Grown(frame, oid, best[1], best[2]))
        return news

    def _whole(self, part: Mask, mask: Mask | None, others: Sequence[Mask]) -> Mask | None:
        """What of a candidate would be the object; None where it is not the part's whole."""
        if mask is None or not is_part(part, mask):
            return None
        own = mask
        for other in others:
            if not intersection(own, other).is_empty:
                own = difference(own, other)
        return own if own.area >= max(self.rules.outside * mask.area, 1) else None

    def _likeness(self, object_id: int, now: Looks) -> float:
        seen = (self.memory.looks(f, object_id, m) for f, m in self._found[object_id].items())
        return max((likeness(looks, now) for looks in seen if looks is not None), default=1.0)


def is_part(part: Mask, whole: Mask) -> bool:
    """Whether a mask lies in another one of the same size and is clearly smaller."""
    if part.area > _SMALLER * whole.area:
        return False
    return intersection(part, whole).area >= _COVERED * part.area


def found_by_machine(project: Project) -> dict[int, dict[int, Mask]]:
    """By object that nobody prompted, changed or confirmed, the masks that a finder gave it."""
    found: dict[int, dict[int, Mask]] = {oid: {} for oid in project.objects}
    for (frame, oid), prompts in project.prompts.items():
        record = project.masks.get(frame, oid)
        if record is None or record.provenance is not Provenance.FOUND or prompts.mask is None:
            found.pop(oid, None)
        elif oid in found:
            found[oid][frame] = record.mask
    return {oid: masks for oid, masks in found.items() if masks and not project.masks.kept(oid)}
