"""A run that looks for new objects and is cut off anywhere goes on as if it had not been."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_world import SeeingEngine, SeeingFinder, SeeingTracker, World, squares

from vostool.finders.finder import Question, Way
from vostool.finders.identity import NewRules
from vostool.masks.mask import Mask
from vostool.models.engine import Direction
from vostool.project.project import Project
from vostool.runs.discovery.piece import Discovery
from vostool.runs.discovery.values import Again, DiscoveryRules, is_traced
from vostool.runs.discovery_part import DiscoveryPart
from vostool.runs.unfinished import (
    REACHED,
    RUN,
    UnfinishedRun,
    note_begun,
    note_over,
    note_reached,
)

FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH
SMALL = NewRules(min_area=50)
Engine = SeeingEngine


def piece_of(world: World, rules: DiscoveryRules, way=FORWARD, origin=0, **more) -> Discovery:
    last = len(world.ids) - 1
    question = Question(Way.TEXT, ("thing",)) if more.get("whole") else Question(Way.EVERYTHING)
    return Discovery(question, way, origin, 0, last, (), rules, "seeing", 1, **more)


def went(world: World, project: Project, part: DiscoveryPart, steps: int | None = None) -> bool:
    """Do so many steps of a part, stored and noted as the window does; True where it ended."""
    engine = Engine(world, forgets=True)
    made = part.part
    project.apply(note_begun(project, "Find", [part.piece], 0))
    at = made.at
    request = made.plan()
    project.apply(note_reached(project, 0, at, part.told()))
    stop: list[int] = []
    for step in made.steps(request, engine, world.source, lambda: bool(stop)):
        if step is None:
            continue
        if steps == 0:
            return False
        project.apply(part.to_edit(project, [step]))
        at = at if is_traced(step) else step.frame
        project.apply(note_reached(project, 0, at, part.told()))
        steps = None if steps is None else steps - 1
    project.apply(note_over(project))
    return True


def looker(world: World, whole: bool) -> SeeingFinder | SeeingTracker:
    return SeeingTracker(world, dict.fromkeys(range(1, 5), "thing")) if whole else (
        SeeingFinder(world)
    )  # fmt: skip


def content(project: Project) -> dict:
    return {cell: project.value(cell) for cell in project.cells() if cell.key not in (RUN, REACHED)}


def broken(world: World, piece: Discovery, *cuts: int) -> Project:
    """What comes of a run that is cut off after so many steps, again and again."""
    project = world.project()
    part = DiscoveryPart(project, piece, looker(world, piece.whole))
    for cut in cuts:
        if went(world, project, part, cut):
            return project
        rest = UnfinishedRun.of(project)
        assert rest is not None and rest.discovery == piece
        parts, part = rest.looking(project, looker(world, piece.whole))
        if not parts:
            project.apply(note_over(project))
            return project
    assert went(world, project, part)
    return project


def alike(one: Project, other: Project) -> None:
    assert dict(one.objects) == dict(other.objects)
    assert one.prompts == other.prompts
    assert content(one) == content(other)


RETURNING = World(
    squares(
        24, (1, range(24), 4, 2), (2, range(5), 10, 40), (2, range(13, 24), 30, 36),
        (3, range(7, 11), 60, 18), side=14,
    )
)  # fmt: skip


@pytest.mark.parametrize("way", [FORWARD, BACKWARD, BOTH])
@pytest.mark.parametrize("again", list(Again))
@pytest.mark.parametrize("backward", [False, True])
def test_cut_after_any_step_it_gives_the_same(way, again, backward) -> None:
    rules = DiscoveryRules(every=4, new=SMALL, again=again, backward=backward)
    origin = {FORWARD: 0, BACKWARD: 23, BOTH: 9}[way]
    piece = piece_of(RETURNING, rules, way, origin)
    whole = broken(RETURNING, piece)
    for cut in range(40):
        alike(broken(RETURNING, piece, cut), whole)


class Losing(SeeingEngine):
    """From frame 6 on it follows a quarter of square 2 alone, until it is told more."""

    def _mask(self, request, oid, frame):
        mask = super()._mask(request, oid, frame)
        told = any(key.object_id == oid and key.frame >= 6 for key in request.keyframes)
        if frame < 6 or told or mask != self.world.mask(frame, 2):
            return mask
        part = mask.to_array()
        part[:, : mask.bbox[0] + 3 * mask.bbox[2] // 4] = False
        return Mask.from_array(part)


@pytest.mark.parametrize("backward", [False, True])
def test_cut_anywhere_what_was_followed_in_part_is_whole_as_well(monkeypatch, backward) -> None:
    monkeypatch.setitem(globals(), "Engine", Losing)
    rules = DiscoveryRules(every=4, new=SMALL, again=Again.JOIN, backward=backward)
    world = World(squares(14, (1, range(14), 4, 2), (2, range(14), 10, 40), side=20))
    piece = piece_of(world, rules)
    whole = broken(world, piece)
    row = whole.masks.row(2)
    assert all(row[frame].mask == world.mask(frame, 2) for frame in range(14))
    for cut in range(22):
        alike(broken(world, piece, cut), whole)
        alike(broken(world, piece, cut, 1), whole)


@st.composite
def films(draw):
    """Up to four squares that come and go, each in a row of its own; frames 0..23."""
    shown = []
    for square in range(1, draw(st.integers(1, 4)) + 1):
        begins = draw(st.integers(0, 18))
        ends = draw(st.integers(begins + 3, 24))
        shown.append((square, range(begins, ends), 4, 2 + 15 * (square - 1)))
        back = draw(st.integers(ends + 2, 30))
        if back < 22:
            shown.append((square, range(back, 24), 40, 2 + 15 * (square - 1)))
    return World(squares(24, *shown, side=13))


@settings(deadline=None, max_examples=60)
@given(
    films(), st.integers(1, 9), st.sampled_from([FORWARD, BACKWARD, BOTH]),
    st.sampled_from(list(Again)), st.booleans(), st.booleans(), st.integers(0, 23),
    st.lists(st.integers(0, 30), min_size=1, max_size=3),
)  # fmt: skip
def test_cut_again_and_again_any_film_gives_the_same(
    world, every, way, again, backward, tracks, origin, cuts
) -> None:
    rules = DiscoveryRules(every=every, new=SMALL, again=again, backward=backward)
    piece = piece_of(world, rules, way, origin, tracks=tracks)
    alike(broken(world, piece, *cuts), broken(world, piece))


@settings(deadline=None, max_examples=30)
@given(films(), st.lists(st.integers(0, 30), min_size=1, max_size=3))
def test_a_whole_video_by_one_model_gives_the_same(world, cuts) -> None:
    piece = piece_of(world, DiscoveryRules(new=SMALL), whole=True)
    alike(broken(world, piece, *cuts), broken(world, piece))
