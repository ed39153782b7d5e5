"""What an edit takes away, in words."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits, object_edits
from vostool.project.effect import Effect
from vostool.project.object_edits import Overlap


def record(value: int) -> MaskRecord:
    mask = np.zeros((6, 8), bool)
    mask[:value, :value] = True
    return MaskRecord(Mask.from_array(mask), Provenance.TRACKED, 0.5)


@pytest.fixture
def labelled(project):
    """Object 1 on frames 0 to 9, object 2 on 5 to 14."""
    for _ in range(2):
        project.apply(edits.add_object(project, "car")[0])
    for oid, frames in ((1, range(10)), (2, range(5, 15))):
        for frame in frames:
            project.apply(edits.set_masks(project, [((frame, oid), record(oid + 1))], "Draw"))
    return project


def told(edit) -> str | None:
    return Effect.of(edit).sentence(edit.title)


def test_deleting(labelled) -> None:
    assert told(edits.delete_object(labelled, 1)) == "Deleted 1 object, 10 masks."
    assert told(edits.delete_masks(labelled, [1, 2], 5, 9)) == "Delete masks: 10 masks removed."
    assert told(edits.delete_masks(labelled, [1], 5, 5)) is None


def test_merging_counts_what_is_replaced(labelled) -> None:
    edit = object_edits.merge_objects(labelled, 1, 2, Overlap.UNION)
    assert told(edit) == "Merge objects: 1 object deleted, 5 masks removed, 5 masks replaced."


def test_confirming_takes_nothing_away(labelled) -> None:
    assert told(edits.confirm(labelled, 5, [1, 2], True)) is None
