"""Frames without a mask between two stretches that have some."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.frames import SourceRef
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.project import Project
from vostool.runs.gaps import gap_words, gaps, listed


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([], []),
        ([7], []),
        (range(9), []),
        ([*range(11), *range(20, 31)], [(11, 19)]),
        ([9, 4, 2, 3], [(5, 8)]),
        ([0, 2, 5], [(1, 1), (3, 4)]),
    ],
)
def test_gaps_lie_between_what_is_there(frames, expected) -> None:
    assert gaps(frames) == expected


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([(4, 4)], "frame 4"),
        ([(11, 19)], "frames 11–19"),
        ([(4, 4), (11, 19)], "frames 4, 11–19"),
        ([(1, 1), (3, 3), (5, 5), (7, 7)], "frames 1, 3, 5 and 1 more stretch"),
    ],
)
def test_gaps_are_listed_in_words(found, words: str) -> None:
    assert listed(found) == words


def test_a_frame_on_which_an_object_was_not_found_is_no_gap(tmp_path) -> None:
    project = Project(SourceRef(tmp_path / "a.mp4", "video", 9, "00", 8, 6, 40, 25.0))
    full = Mask.from_array(np.ones((6, 8), bool))
    for oid in (1, 2):
        project.apply(edits.add_object(project, "car")[0])
        masks = {0: full, 1: Mask.empty(6, 8), 2: full} if oid == 1 else {0: full, 9: full}
        records = [((f, oid), MaskRecord(m, Provenance.TRACKED, 0.5)) for f, m in masks.items()]
        project.apply(edits.set_masks(project, records, "Masks"))
    assert gap_words(project, (1, 2), "Object {}".format) == [
        "Object 2 has nothing on frames 1–8: not tracked there yet."
    ]
