"""The interactive protocol: exact numbers from an engine that is right near its keyframes."""

import numpy as np
import pytest
from eval_cases import KnownEngine, moving, sequence

from vostool.errors import UsageError
from vostool.evaluate.interactive import Budget, Round, Session, run_session
from vostool.evaluate.interactive_report import (
    curve,
    interactions_to,
    noc,
    plot_sessions,
    session_table,
    summary,
)
from vostool.evaluate.robots import ROBOTS, make_robot
from vostool.models.engine import Direction
from vostool.project.prompts import Point

TRUTH = [np.where(ids == 1, 1, 0) for ids in moving(10)]


def near(reach: int) -> KnownEngine:
    """Right on frames at most ``reach`` from a keyframe, empty elsewhere."""

    def answer(frame, oid, keys):
        close = min(abs(frame - key) for key in keys) <= reach
        return (TRUTH[frame] == oid) & close

    return KnownEngine(answer)


@pytest.mark.parametrize("robot", ROBOTS)
def test_the_robot_corrects_the_worst_frame_until_all_is_right(robot):
    engine = near(2)
    session = run_session(sequence(TRUTH), engine, make_robot(robot), Budget())
    assert [r.frame for r in session.rounds] == [0, 3, 6, 9]
    assert [r.jf for r in session.rounds] == pytest.approx([0.3, 0.6, 0.9, 1.0])
    assert not session.timed_out
    both, *others = engine.requests
    assert (both.direction, both.origin, both.first, both.last) == (Direction.BOTH, 0, 0, 9)
    legs = [(r.direction, r.first, r.last) for r in others]
    forward, backward = Direction.FORWARD, Direction.BACKWARD
    assert {*legs[:2]} == {(backward, 1, 3), (forward, 3, 9)}
    assert {*legs[2:4]} == {(backward, 4, 6), (forward, 6, 9)}
    assert legs[4:] == [(backward, 7, 9)]
    assert [interactions_to(session, t) for t in (0.85, 1.0)] == [3, 4]


def test_rounds_and_time_are_bounded():
    robot = make_robot("clicks")
    two = run_session(sequence(TRUTH), near(2), robot, Budget(rounds=2))
    assert [r.frame for r in two.rounds] == [0, 3]
    late = run_session(sequence(TRUTH), near(2), robot, Budget(seconds=1e-9))
    assert late.timed_out
    assert late.rounds == ()


def test_a_correction_goes_on_from_the_tracked_mask():
    truth = [np.where(ids == 1, 1, 0) for ids in moving(4)]

    def answer(frame, oid, keys):
        return (truth[frame] == oid) & (np.arange(90) < (25 if frame else 90))

    engine = KnownEngine(answer)
    run_session(sequence(truth), engine, make_robot("clicks"), Budget(rounds=2))
    first, second = engine.asked
    assert (first.frame, first.prompts.base) == (0, None)
    assert second.frame > 0
    assert second.prompts.base is not None
    assert [p.positive for p in second.prompts.points] == [True]


def ids(*boxes):
    picture = np.zeros((60, 90), np.int32)
    for oid, (x0, y0, x1, y1) in boxes:
        picture[y0:y1, x0:x1] = oid
    return picture


def test_clicks_fall_into_the_middle_of_the_largest_error():
    robot = make_robot("clicks")
    (missed,) = robot.correct(ids((1, (10, 10, 31, 31))), ids(), [1])
    assert missed.points == (Point(20.5, 20.5),)
    result = ids((1, (10, 10, 31, 31)), (1, (40, 5, 51, 56)))
    (wrong,) = robot.correct(ids((1, (10, 10, 31, 31))), result, [1])
    (point,) = wrong.points
    assert (point.x, point.positive) == (45.5, False)
    assert robot.correct(ids((1, (10, 10, 31, 31))), ids((1, (10, 10, 31, 31))), [1]) == []


def test_boxes_are_tight_and_what_is_absent_gets_a_negative_click():
    robot = make_robot("boxes")
    (missed,) = robot.correct(ids((1, (10, 12, 31, 40))), ids(), [1])
    assert (missed.box.x0, missed.box.y0, missed.box.x1, missed.box.y1) == (10, 12, 31, 40)
    (absent,) = robot.correct(ids(), ids((1, (10, 10, 31, 31))), [1])
    assert (absent.box, absent.points) == (None, (Point(20.5, 20.5, positive=False),))


def test_scribbles_lie_along_the_middle_of_what_was_missed():
    robot = make_robot("scribbles")
    (missed,) = robot.correct(ids((1, (10, 20, 80, 31))), ids(), [1])
    assert len(missed.points) == 4
    assert all(p.positive and abs(p.y - 25.5) <= 1 and 10 <= p.x <= 80 for p in missed.points)
    assert np.ptp([p.x for p in missed.points]) > 30
    truth = ids((1, (10, 10, 40, 30)), (2, (50, 10, 80, 30)))
    result = ids((1, (10, 10, 80, 30)))
    one, two = robot.correct(truth, result, [1, 2])
    assert one.points
    assert not any(p.positive for p in one.points)
    assert all(p.x > 40 for p in one.points)
    assert all(p.positive and p.x > 50 for p in two.points)


def test_a_line_of_one_pixel_is_no_place_for_a_scribble():
    robot = make_robot("scribbles")
    assert robot.correct(ids((1, (0, 5, 90, 6)), (1, (0, 50, 90, 51))), ids(), [1]) == []
    assert robot.correct(ids((1, (5, 5, 8, 8))), ids((1, (5, 5, 8, 8))), [1]) == []


def session(name, objects, *rounds):
    made = tuple(Round(0, 1, seconds, value, value) for seconds, value in rounds)
    return Session(name, tuple(range(1, objects + 1)), made)


def test_the_curve_by_hand():
    budget = Budget(rounds=2, seconds=30)
    one = session("a", 1, (10, 0.4), (10, 0.8))
    # 0 to 10 s: 0.2 on average; to 20 s: 0.6; to 60 s: 0.8.
    made = curve([one], budget)
    assert made.times == (0, 10, 20, 60)
    assert made.auc == pytest.approx((10 * 0.2 + 10 * 0.6 + 40 * 0.8) / 60)
    assert made.at(15) == pytest.approx(0.6)
    three = session("b", 3, (30, 0.9))
    both = curve([one, three], budget)
    assert both.times == (0, 20, 25, 120)
    assert both.values == pytest.approx((0, (0.4 + 2.7) / 4, (0.8 + 2.7) / 4, (0.8 + 2.7) / 4))


def test_summary_and_interactions():
    budget = Budget(rounds=8)
    sessions = [
        session("a", 1, (1, 0.5), (1, 0.86), (1, 0.95)),
        session("b", 2, (1, 0.5), (1, 0.7)),
    ]
    assert noc(sessions, 0.85, budget) == (2 + 8) / 2
    assert noc(sessions, 0.90, budget) == (3 + 8) / 2
    value = summary(sessions, budget)
    assert value["metric_at_threshold"]["threshold"] == 60
    assert [i["reached"] for i in value["interactions"]] == [1, 1]
    assert value["sequences"][1]["interactions_to"] == {"0.85": None, "0.90": None}
    lines = session_table(sessions, budget)
    assert lines[2].split()[5:7] == [">8", ">8"]
    assert plot_sessions(sessions).size == (1000, 420)


def test_an_unknown_robot():
    with pytest.raises(UsageError, match="known are scribbles"):
        make_robot("hand")
