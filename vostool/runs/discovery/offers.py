"""What a person is still asked: kept in the project, so that neither closing nor a kill loses it.

An offer is part of the run's undo step: a run that is taken back asks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vostool.errors import SourceError
from vostool.finders.looks import Looks, looks_of
from vostool.frames import FrameSource
from vostool.masks.coco_counts import sound_counts
from vostool.masks.mask import Mask
from vostool.project import edits
from vostool.project.changes import Edit, Json
from vostool.project.project import Project
from vostool.runs.discovery.values import Again, SeenAgain, StillThere

OFFERS = "seen_again"
"""The project's setting."""


def offers_of(project: Project) -> list[SeenAgain]:
    """What waits for an answer, in the order in which it was seen; nothing of objects that are
    gone, and nothing that makes no sense."""
    stored = project.settings.get(OFFERS)
    found = [_read(each, project) for each in (stored if isinstance(stored, list) else [])]
    return [offer for offer in found if offer is not None and offer.object_id in project.objects]


def offered(project: Project, said: SeenAgain) -> Edit:
    """The edit that asks this as well."""
    return _set(project, [*offers_of(project), said])


def seen_still(project: Project, said: StillThere) -> Edit:
    """The edit after which a later look knows what is asked about by how it looks here."""
    offers = [
        replace(each, still=(said.frame, said.mask)) if each.object_id == said.object_id else each
        for each in offers_of(project)
    ]
    return _set(project, offers)


def answered(project: Project, offer: SeenAgain) -> Edit:
    """The edit that asks this no more."""
    key = offer.frame, offer.object_id
    return _set(project, [o for o in offers_of(project) if (o.frame, o.object_id) != key])


def looks_of_offers(project: Project, source: FrameSource) -> dict[int, Looks]:
    """By id of the lost object, how the thing looks that may be it."""
    found = {}
    for offer in offers_of(project):
        frame, mask = offer.still or (offer.frame, offer.mask)
        try:
            found[offer.object_id] = looks_of(source.frame(frame), mask, frame, offer.label)
        except SourceError:
            continue
    return found


def _set(project: Project, offers: Sequence[SeenAgain]) -> Edit:
    stored: Json = [_json(offer) for offer in offers]
    if stored == project.settings.get(OFFERS, []):
        return Edit("", ())
    return edits.set_setting(project, OFFERS, stored or None)


def _json(offer: SeenAgain) -> Json:
    still: Json = None if offer.still is None else [offer.still[0], _counts(offer.still[1])]
    return {
        "frame": offer.frame, "object": offer.object_id, "mask": _counts(offer.mask),
        "likeness": offer.likeness, "label": offer.label, "score": offer.score, "still": still,
    }  # fmt: skip


def _counts(mask: Mask) -> str:
    return mask.counts.decode("ascii")


def _read(stored: object, project: Project) -> SeenAgain | None:
    if not isinstance(stored, Mapping):
        return None
    try:
        still = stored["still"]
        return SeenAgain(
            _frame(stored["frame"], project),
            _whole(stored["object"]),
            _mask(stored["mask"], project),
            float(stored["likeness"]),
            Again.ASK,
            str(stored["label"]),
            float(stored["score"]),
            still=None if still is None else (_frame(still[0], project), _mask(still[1], project)),
        )
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _frame(value: object, project: Project) -> int:
    frame = _whole(value)
    if frame >= project.source.frame_count:
        raise ValueError(value)
    return frame


def _mask(counts: object, project: Project) -> Mask:
    if not isinstance(counts, str):
        raise TypeError(counts)
    height, width = project.source.height, project.source.width
    mask = Mask(height, width, sound_counts(counts.encode("ascii", "replace"), height, width))
    if mask.is_empty:
        raise ValueError("an empty mask looks like nothing")
    return mask
