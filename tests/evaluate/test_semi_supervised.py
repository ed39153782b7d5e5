"""The semi-supervised protocol, on engines whose answers are known."""

import math

import numpy as np
import pytest
from eval_cases import KnownEngine, moving, sequence

from vostool.errors import Cancelled, LabelsError
from vostool.evaluate.pictures import overview_frames, plot_j, side_by_side, worst_frames
from vostool.evaluate.plain_warp import PlainWarp
from vostool.evaluate.report import davis_lines, run_json, table
from vostool.evaluate.semi_supervised import run_sequence, total
from vostool.evaluate.statistics import auroc, statistics

# By vos-benchmark 0.1.0, whose F is davis2017-evaluation's own code, and the latter's
# db_statistics, on the same masks: (mean, recall, decay) of J and of F by object.
REFERENCE = {
    1: (
        (0.5514983653803645, 0.5, 0.47055912972032893),
        (0.32380952380952377, 0.2, 0.492063492063492),
    ),
    2: (
        (0.589129762398225, 0.6, 0.5743256555035774),
        (0.5568903622729161, 0.6, 0.45291545115731774),
    ),
}


def drifting(count: int = 12) -> KnownEngine:
    result = moving(count, 1)
    return KnownEngine(lambda frame, oid, keys: result[frame] == oid)


def test_numbers_are_the_official_evaluators():
    run = run_sequence(sequence(moving(12)), drifting())
    for oid, (j, f) in REFERENCE.items():
        quality = run.objects[oid]
        assert (quality.j.mean, quality.j.recall, quality.j.decay) == pytest.approx(j, abs=1e-9)
        assert (quality.f.mean, quality.f.recall, quality.f.decay) == pytest.approx(f, abs=1e-9)
        assert quality.frames == 10
    means = [(REFERENCE[1][k][0] + REFERENCE[2][k][0]) / 2 for k in (0, 1)]
    assert run.quality.jf_mean == pytest.approx(sum(means) / 2, abs=1e-9)
    assert run.seconds_per_frame > 0
    assert run.peak_bytes is None or run.peak_bytes > 1e6


def test_every_object_weighs_the_same_over_sequences():
    right = KnownEngine(lambda frame, oid, keys: moving(4)[frame] == oid)
    one = [np.where(ids == 1, ids, 0) for ids in moving(12)]
    runs = [run_sequence(sequence(moving(4)), right), run_sequence(sequence(one), drifting())]
    expected = (1 + 1 + REFERENCE[1][0][0]) / 3
    assert total(runs).j.mean == pytest.approx(expected, abs=1e-9)
    assert "all objects" in table(runs)[-1]
    assert len(davis_lines(total(runs))) == 4


def test_the_engine_is_given_the_first_masks_and_nothing_else():
    truth = moving(6)
    for frame in range(3):
        truth[frame] = np.where(truth[frame] == 2, 0, truth[frame])
    engine = KnownEngine(lambda frame, oid, keys: truth[frame] == oid)
    run = run_sequence(sequence(truth), engine)
    (request,) = engine.requests
    assert [(k.frame, k.object_id, k.prompts) for k in request.keyframes] == [
        (0, 1, None),
        (3, 2, None),
    ]
    assert [
        np.array_equal(k.mask.to_array(), truth[k.frame] == k.object_id) for k in request.keyframes
    ] == [True, True]
    assert [m.frame for m in run.measures if m.object_id == 2] == [4]
    assert [m.frame for m in run.measures if m.object_id == 1] == [1, 2, 3, 4]
    assert run.quality.jf_mean == 1.0


def test_the_score_is_held_against_the_truth():
    truth = moving(10)

    def answer(frame, oid, keys):
        return (truth[frame] == oid) & (frame < 6)

    honest = KnownEngine(answer, lambda frame, oid: 0.9 if frame < 6 else 0.1)
    blind = KnownEngine(answer, lambda frame, oid: 0.5)
    assert run_sequence(sequence(truth), honest).quality.auroc == 1.0
    assert run_sequence(sequence(truth), blind).quality.auroc == 0.5
    assert math.isnan(run_sequence(sequence(moving(3)), drifting(3)).quality.auroc)


def test_statistics_of_few_and_of_many_values():
    assert math.isnan(statistics([]).mean)
    one = statistics([0.7])
    assert (one.mean, one.recall, one.decay) == (0.7, 1.0, 0.0)
    assert statistics([1.0] * 200 + [0.0] * 200).decay == pytest.approx(1.0)
    assert statistics([0.5]).recall == 0.0


def test_auroc_counts_pairs():
    assert auroc([(0.1, True), (0.4, True), (0.4, False), (0.8, False)]) == 3.5 / 4
    assert math.isnan(auroc([(0.1, False)]))


def test_void_counts_for_nobody():
    truth = moving(5)
    result = [np.where(ids == 1, 1, 0) for ids in truth]
    hidden = [np.where((ids == 1) & (np.arange(90) < 20), -1, ids) for ids in truth]
    engine = KnownEngine(lambda frame, oid, keys: result[frame] == oid)
    assert run_sequence(sequence(hidden), engine).objects[1].jf_mean == 1.0


def test_pictures_show_the_worst_frames():
    run = run_sequence(sequence(moving(12)), drifting())
    assert [frame for frame, _ in worst_frames(run, 2)] == [10, 9]
    overview = overview_frames(run)
    assert overview[0] == (0, "given")
    assert [frame for frame, _ in overview] == [0, 3, 6, 8, 10]
    sheet = side_by_side(run, overview)
    assert sheet.size == (1120, 5 * 373)
    left, right = (np.asarray(sheet)[4 * 373 + 60 :, x : x + 560].astype(int) for x in (0, 560))
    assert np.abs(left - right).max() > 50
    plot = np.asarray(plot_j(run)).reshape(-1, 3)
    assert {(230, 159, 0), (86, 180, 233)} <= {tuple(c) for c in np.unique(plot, axis=0)}


def test_json_has_every_value_and_no_nan():
    run = run_sequence(sequence(moving(12)), drifting())
    value = run_json(run)
    assert value["AUROC"] == 0.5
    assert len(value["per_frame"]) == 20
    assert value["objects"][0]["J"]["mean"] == pytest.approx(REFERENCE[1][0][0])
    assert run_json(run_sequence(sequence(moving(2)), drifting(2)))["J&F"] is None


def test_a_sequence_without_objects_and_a_stop():
    with pytest.raises(LabelsError, match="no object has a mask"):
        run_sequence(sequence([np.zeros((60, 90), np.int32)] * 3), drifting())
    with pytest.raises(Cancelled):
        run_sequence(sequence(moving(12)), drifting(), stopped=lambda: True)


def test_the_baseline_carries_masks_along():
    run = run_sequence(sequence(moving(4)), PlainWarp())
    assert run.objects[1].j.mean > 0.7
    assert {m.score for m in run.measures} == {0.0}
