"""What a correction changes beyond its frame, with engines that are right, go astray or lose it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.frames import SourceRef
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import SegmentReply, TrackedFrame
from vostool.project import edits, range_edits
from vostool.project.changes import Cell, Table
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.runs.carried_side import IN_A_ROW
from vostool.runs.carrying import CarriedLeg, correction_parts
from vostool.runs.pieces import Carried, piece_from_json, piece_json
from vostool.runs.ranges import RangeLeg

FRAMES, H, W = 30, 60, 140
FIRST, HERE = 0, 10
SCRIPTS = ("right", "lost", "astray")


def box(x: int, y0: int, y1: int, width: int = 20) -> Mask:
    array = np.zeros((H, W), bool)
    array[y0:y1, x : x + width] = True
    return Mask.from_array(array)


def whole(frame: int) -> Mask:
    """The object: it moves two pixels a frame."""
    return box(10 + 2 * frame, 10, 50)


def half(frame: int) -> Mask:
    """Without its lower half."""
    return box(10 + 2 * frame, 10, 30)


NOTHING, ELSEWHERE = Mask.empty(H, W), box(110, 2, 12, 8)


class Scripted:
    """Says on each frame what its script says; notes which frames it was asked for."""

    def __init__(self, script: Sequence[str], *, revises: bool = False, score: float = 0.9) -> None:
        self._script, self._revises, self._score = script, revises, score
        self.tracked: list[int] = []

    def track(self, request, _cancelled):
        way = 1 if request.direction.value == "forward" else -1
        end = request.last if way > 0 else request.first
        for frame in range(request.origin, end + way, way):
            self.tracked.append(frame)
            yield TrackedFrame(frame, {1: self._reply(frame)})
            if self._revises:
                yield TrackedFrame(frame, {1: self._reply(frame)}, revised=True)

    def _reply(self, frame: int) -> SegmentReply:
        masks = {
            "right": whole(frame),
            "half": half(frame),
            "spilt": box(10 + 2 * frame, 2, 58, 60),
            "lost": NOTHING,
            "floor": box(0, 0, H, W),
            "astray": ELSEWHERE,
        }
        return SegmentReply(masks[self._script[frame]], self._score)


def tracked(standing: dict[int, Mask], score: float = 0.5) -> Project:
    """A mask drawn on the first frame, and tracked.

    Args:
        standing: what is there on the other frames; the object, where it is not named.
    """
    made = Project(SourceRef(Path("/v"), "video", 1, "f", W, H, FRAMES, 25.0))
    made.apply(edits.add_object(made)[0])
    made.load(
        (
            Cell(Table.MASKS, (f, 1)),
            MaskRecord(standing.get(f, whole(f)), Provenance.TRACKED, score),
        )
        for f in range(FRAMES)
    )
    made.apply(range_edits.set_edited_mask(made, FIRST, 1, whole(FIRST)))
    return made


def project(
    standing: dict[int, Mask], before: Mask | None, after: Mask, score: float = 0.5
) -> Project:
    """The same, corrected by a click on another frame.

    Args:
        before: what the click corrects; None: nothing was there.
    """
    made = tracked(standing, score)
    click = Prompts((Point(35.0, 40.0),), base=before)
    made.apply(edits.set_prompts(made, HERE, 1, click, "Click"))
    answer = MaskRecord(after, Provenance.PROMPTED, 0.9)
    made.apply(edits.set_masks(made, [((HERE, 1), answer)], "Mask"))
    return made


def run(made: Project, engine: Scripted) -> None:
    for part in correction_parts(made, HERE, [1]):
        request = part.plan()
        assert request is not None
        steps = part.steps
        if steps is None:
            replies = engine.track(request, lambda: False)
        else:
            replies = steps(request, engine, None, lambda: False)
        with closing(replies) as frames:
            for step in frames:
                if step is not None:
                    made.apply(part.to_edit(made, [step]))


def masks(made: Project) -> list[Mask]:
    return [made.masks.get(f, 1).mask for f in range(FRAMES)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(SCRIPTS), min_size=FRAMES, max_size=FRAMES),
    st.integers(0, 6),
    st.booleans(),
)
def test_frames_that_were_right_are_right_whatever_the_new_track_does(
    script, missing, revises
) -> None:
    """Its lower half is missing on some frames around the corrected one; the rest is right."""
    near = range(HERE - missing, HERE + missing + 1)
    made = project({f: half(f) for f in near}, half(HERE), whole(HERE))
    old = {f: made.masks.get(f, 1) for f in range(FRAMES) if f not in near}
    run(made, Scripted(script, revises=revises))
    for frame, record in old.items():
        assert made.masks.get(frame, 1) is record, (frame, script[frame])
    for frame in set(near) - {FIRST}:
        assert made.masks.get(frame, 1).mask in (half(frame), whole(frame)), "never worse"


def test_what_was_missing_is_carried_on_and_the_rest_is_not_tracked() -> None:
    made = project({f: half(f) for f in range(7, 16)}, half(HERE), whole(HERE))
    engine = Scripted(["right"] * FRAMES)
    run(made, engine)
    assert masks(made) == [whole(f) for f in range(FRAMES)]
    assert set(engine.tracked) == {*range(7 - IN_A_ROW, 16 + IN_A_ROW)}
    assert made.masks.get(12, 1).score == 0.9 and made.masks.get(20, 1).score == 0.5


def test_a_small_correction_does_not_throw_a_good_track_away() -> None:
    dot = box(30, 48, 54, 6)
    made = project({}, whole(HERE), Mask.from_array(whole(HERE).to_array() | dot.to_array()))
    run(made, Scripted(["lost"] * FRAMES))
    assert [m for f, m in enumerate(masks(made)) if f != HERE] == [
        whole(f) for f in range(FRAMES) if f != HERE
    ]


def test_a_change_that_meets_something_larger_brings_none_of_it() -> None:
    """A small part was missing; the new track goes over into what lies beside it."""
    nearly = {frame: box(10 + 2 * frame, 10, 46) for frame in range(FRAMES)}
    script = ["right"] * 12 + ["spilt"] * 18
    made = project(nearly, nearly[HERE], whole(HERE))
    run(made, Scripted(script))
    now = masks(made)
    assert now[HERE:12] == [whole(f) for f in range(HERE, 12)]
    assert now[12:] == [nearly[f] for f in range(12, FRAMES)]


def test_where_the_object_was_lost_the_new_track_is_taken_behind_the_last_keyframe() -> None:
    made = project(dict.fromkeys(range(8, FRAMES), ELSEWHERE), None, whole(HERE))
    run(made, Scripted(["right"] * FRAMES))
    assert masks(made)[HERE:] == [whole(f) for f in range(HERE, FRAMES)]
    assert masks(made)[:8] == [whole(f) for f in range(8)]


def test_it_is_taken_until_it_meets_the_old_one() -> None:
    made = project(dict.fromkeys(range(8, 14), NOTHING), None, whole(HERE))
    engine = Scripted(["right" if f < 14 + IN_A_ROW else "astray" for f in range(FRAMES)])
    run(made, engine)
    assert masks(made)[HERE:] == [whole(f) for f in range(HERE, FRAMES)]
    assert max(engine.tracked) == 13 + IN_A_ROW


@pytest.mark.parametrize(
    ("script", "score", "lost", "later"),
    [
        ("astray", 0.4, NOTHING, whole),  # as the background is that hides the object
        ("astray", 0.6, ELSEWHERE, None),
        ("half", 0.9, half, whole),  # the click was for a part of it
        ("floor", 0.4, NOTHING, whole),  # the click took what it stands on
    ],
)
def test_where_it_was_lost_what_stands_is_kept_as_far_as_it_is_likelier(
    script, score, lost, later
) -> None:
    """The object is away on some frames; then the first run had found it again by itself."""
    away = range(8, 14)
    found = {"astray": ELSEWHERE, "half": half(HERE), "floor": box(0, 0, H, W)}[script]
    made = project(dict.fromkeys(away, NOTHING), None, found)
    run(made, Scripted([script] * FRAMES, score=score))
    now = masks(made)
    for frame in set(away) - {HERE}:
        assert now[frame] == (lost(frame) if callable(lost) else lost)
    for frame in range(14, FRAMES):
        assert now[frame] == (ELSEWHERE if later is None else later(frame))


def test_what_had_been_found_in_part_becomes_whole() -> None:
    standing = dict.fromkeys(range(8, 14), NOTHING) | {f: half(f) for f in range(14, FRAMES)}
    made = project(standing, None, whole(HERE))
    run(made, Scripted(["right"] * FRAMES, score=0.6))
    assert masks(made)[HERE:] == [whole(f) for f in range(HERE, FRAMES)]


def test_an_object_that_is_hidden_for_a_while_does_not_end_the_correction() -> None:
    away = range(12, 20)
    standing = {f: half(f) for f in range(8, FRAMES)} | dict.fromkeys(away, NOTHING)
    made = project(standing, half(HERE), whole(HERE))
    engine = Scripted(["lost" if f in away else "right" for f in range(FRAMES)])
    run(made, engine)
    assert engine.tracked.count(FRAMES - 1) == 1
    assert masks(made)[20] == whole(20)


@pytest.mark.parametrize(("score", "taken"), [(0.4, False), (0.6, True)])
def test_a_new_track_that_is_doubtful_where_the_old_one_is_not_changes_nothing(
    score, taken
) -> None:
    near = range(6, 16)
    made = project({f: half(f) for f in near}, half(HERE), whole(HERE), 0.9)
    run(made, Scripted(["right"] * FRAMES, score=score))
    for frame in set(near) - {HERE}:
        assert masks(made)[frame] == (whole if taken else half)(frame)


@pytest.mark.parametrize(("score", "found"), [(0.4, False), (0.6, True)])
def test_an_object_that_was_away_is_found_by_a_correction_beside_only_where_that_is_likely(
    score, found
) -> None:
    standing = {f: half(f) for f in range(8, HERE + 1)} | dict.fromkeys(range(11, 14), NOTHING)
    made = project(standing, half(HERE), whole(HERE), 0.3)
    run(made, Scripted(["right"] * FRAMES, score=score))
    assert masks(made)[11:14] == [whole(f) if found else NOTHING for f in range(11, 14)]


def test_a_drawn_mask_changes_what_was_drawn_and_what_hangs_together_with_it() -> None:
    made = tracked({f: half(f) for f in range(6, 16)})
    assert correction_parts(made, HERE, [1]) == [], "nothing is corrected there"
    made.apply(range_edits.set_edited_mask(made, HERE, 1, whole(HERE)))
    run(made, Scripted(["right" if f < 13 else "astray" for f in range(FRAMES)]))
    assert masks(made) == [half(f) if 13 <= f < 16 else whole(f) for f in range(FRAMES)]


def test_a_drawn_mask_where_there_was_none_keeps_what_is_likelier_on_other_frames() -> None:
    made = tracked(dict.fromkeys(range(8, 14), NOTHING), 0.6)
    made.apply(range_edits.set_edited_mask(made, HERE, 1, ELSEWHERE))
    run(made, Scripted(["astray"] * FRAMES, score=0.55))
    now = masks(made)
    assert now[9] == now[11] == ELSEWHERE
    assert now[14:] == [whole(f) for f in range(14, FRAMES)]


def test_of_an_imported_mask_all_that_differs_next_to_it_is_meant() -> None:
    made = tracked({f: half(f) for f in range(6, 16)})
    imported = MaskRecord(whole(HERE), Provenance.IMPORTED)
    made.apply(edits.set_masks(made, [((HERE, 1), imported)], "Import"))
    run(made, Scripted(["right"] * FRAMES))
    assert masks(made) == [whole(f) for f in range(FRAMES)]


@pytest.mark.parametrize("score", [0.4, 0.6])
@pytest.mark.parametrize("absent", [True, False])
def test_a_track_that_ends_takes_away_only_what_was_doubtful(absent, score) -> None:
    """That the object is not there on one frame says little about those farther away."""
    made = tracked({}, score)
    made.apply(range_edits.set_edited_mask(made, HERE, 1, NOTHING if absent else half(HERE)))
    run(made, Scripted(["lost"] * FRAMES))
    left = [NOTHING if score < 0.5 else whole(f) for f in range(1, FRAMES) if f != HERE]
    assert [m for f, m in enumerate(masks(made)) if f not in (FIRST, HERE)] == left


def test_the_rest_of_a_leg_is_stored_and_goes_on() -> None:
    made = project({f: half(f) for f in range(HERE, FRAMES)}, half(HERE), whole(HERE))
    (ahead, _) = (part.piece for part in correction_parts(made, HERE, [1]))
    assert isinstance(ahead, Carried)
    assert piece_from_json(piece_json(ahead), FRAMES) == ahead
    done = MaskRecord(whole(12), Provenance.TRACKED, 0.9)
    made.apply(edits.set_masks(made, [((12, 1), done)], "Masks"))
    leg = RangeLeg(ahead.leg.direction, 12, HERE, FRAMES - 1, (1,))
    part = CarriedLeg(made, leg).part()
    request = part.plan()
    for step in part.steps(request, Scripted(["right"] * FRAMES), None, lambda: False):
        if step is not None:
            made.apply(part.to_edit(made, [step]))
    assert masks(made)[12:] == [whole(f) for f in range(12, FRAMES)]
