"""The unsupervised protocol: matching, what counts, and J and F as the evaluator has them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mask_strategies import masks, sizes
from scripted_world import SeeingEngine, SeeingFinder, World, squares

from vostool.errors import Cancelled, LabelsError, ModelError
from vostool.evaluate import unsupervised
from vostool.evaluate.metrics import boundary_measure, region_similarity
from vostool.evaluate.sequence import TruthSequence
from vostool.evaluate.unsupervised import Looks, compare, match, run_unsupervised
from vostool.finders.choice import Choice
from vostool.finders.finder import Question, Way
from vostool.finders.identity import NewRules
from vostool.runs.discovery.values import Again, DiscoveryRules

pytest.importorskip("scipy")


def sequence(world: World, ids: np.ndarray) -> TruthSequence:
    given: dict[int, int] = {}
    for frame, picture in enumerate(ids):
        for number in np.unique(picture[picture > 0]):
            given.setdefault(int(number), frame)
    return TruthSequence(
        "film", len(ids), tuple(range(len(ids))), given, world.source.clone, lambda f: ids[f]
    )


def looks(world: World, every: int = 5, most: int = 20) -> Looks:
    rules = DiscoveryRules(every, NewRules(most, 50), Again.JOIN)
    finder = SeeingFinder(world)
    return Looks(finder, Question(Way.EVERYTHING), Choice(score=0, smallest_area=0), rules)


@pytest.fixture(scope="module")
def world() -> World:
    """1 is always there, 2 enters on frame 7, 3 is background clutter that nobody annotated."""
    shown = [(1, range(20), 5, 2), (2, range(7, 20), 10, 23), (3, range(20), 4, 44)]
    return World(squares(20, *shown))


def test_objects_take_the_proposal_that_fits_whatever_its_number(world) -> None:
    truth = np.select([world.ids == 1, world.ids == 2], [2, 1], 0)
    done = run_unsupervised(sequence(world, truth), SeeingEngine(world), looks(world))
    assert done.matches == {1: 3, 2: 1}
    assert done.found_on == {1: 0, 2: 0, 3: 10}
    assert done.run.objects[2].j.mean == done.run.objects[2].f.mean == 1
    assert done.run.objects[2].frames == 20, "the first and the last frame count"
    # Frames 7 to 9 are missed; where the object is not there yet, nothing agrees with nothing.
    assert done.run.objects[1].jf_mean == pytest.approx(17 / 20)
    assert sorted(done.run.project.objects) == [1, 2]
    assert done.run.project.masks.frames(1) == list(range(10, 20))


def test_an_object_without_a_proposal_is_compared_with_nothing(world) -> None:
    done = run_unsupervised(sequence(world, world.ids), SeeingEngine(world), looks(world, 5, 1))
    assert done.matches == {1: 1, 2: None, 3: None}
    assert done.run.objects[1].jf_mean == 1
    assert done.run.objects[2].jf_mean == pytest.approx(7 / 20)
    assert done.run.objects[3].jf_mean == 0


def test_it_stops_when_it_is_asked_to(world) -> None:
    engine = SeeingEngine(world)
    with pytest.raises(Cancelled):
        run_unsupervised(sequence(world, world.ids), engine, looks(world), stopped=lambda: True)


def test_a_sequence_without_truth_is_refused(world) -> None:
    with pytest.raises(LabelsError, match="no object"):
        run_unsupervised(sequence(world, world.ids * 0), SeeingEngine(world), looks(world))


def test_without_scipy_one_sentence_says_what_brings_it(world, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy.optimize", None)
    with pytest.raises(ModelError, match=r"pip install 'vostool\[eval\]'"):
        unsupervised.check_matching()


@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.integers(1, 5).flatmap(
            lambda columns: st.lists(
                st.lists(st.floats(0, 1), min_size=columns, max_size=columns),
                min_size=rows, max_size=rows,
            )
        )
    )
)  # fmt: skip
def test_no_other_matching_is_better(values) -> None:
    quality = np.array(values)
    pairs = match(quality)
    rows, columns = quality.shape
    assert len(pairs) == len(set(pairs.values())) == min(rows, columns)
    found = sum(quality[row, column] for row, column in pairs.items())
    small, large = (quality, columns) if rows <= columns else (quality.T, rows)
    best = max(
        sum(small[i, j] for i, j in enumerate(chosen))
        for chosen in itertools.permutations(range(large), len(small))
    )
    assert math.isclose(found, best)


@st.composite
def pairs_of_masks(draw):
    height, width = draw(sizes)
    shape = (height * draw(st.integers(1, 6)), width * draw(st.integers(1, 6)))
    return draw(masks(shape)), draw(masks(shape)), draw(masks(shape))


@settings(deadline=None)
@given(pairs_of_masks())
def test_what_is_not_drawn_would_have_made_no_difference(pair) -> None:
    truth, result, void = pair
    expected = (region_similarity(truth, result, void), boundary_measure(truth, result, void))
    assert compare(truth, result, void) == expected


def test_far_apart_masks_share_nothing() -> None:
    truth, result = np.zeros((2, 200, 300), bool)
    truth[10:40, 10:40] = True
    result[100:140, 200:250] = True
    void = np.zeros_like(truth)
    assert compare(truth, result, void) == (0, 0) == (
        region_similarity(truth, result), boundary_measure(truth, result)
    )  # fmt: skip
