"""Which frames are read, kept and forgotten by each memory, from what a decoder is made to say."""

from __future__ import annotations

import pytest
from scripted_network import ABSENT, EMPTY, REACH, SEES_TWIN, Run, Said, output

from vostool.models.shared.memory_policy import StandardMemory
from vostool.models.shared.reading import CONDITIONING, TRACKED

KEY = 0


# -- standard


@pytest.mark.parametrize("both", [False, True])
def test_the_standard_memory_keeps_and_reads_by_distance_whatever_is_seen(both):
    around = 99 if both else None
    run = Run.of("standard", lambda frame, _: ABSENT if frame % 2 else SEES_TWIN, keyframe=100)
    run.go(range(101, 160), around)
    if both:
        run.go(range(99, 60, -1))
    plain: dict[str, dict] = {CONDITIONING: {100: {}}, TRACKED: {}}
    for frame in range(101, 160):
        plain[TRACKED][frame] = output(frame)
        REACH.forget_unreadable(plain[TRACKED], frame, False, around)
        if frame == 130:
            half = sorted(plain[TRACKED])
    assert run.memories(131) == [100, *range(125, 131)]
    assert [far for far, _ in run.pointers(131)][1:] == list(range(1, 16))
    if both:
        assert run.memories(98) == [100, 104, 103, 102, 101, 99]
    else:
        assert isinstance(run.policy, StandardMemory)
        assert sorted(run.outputs[TRACKED]) == sorted(plain[TRACKED]) == list(range(145, 160))
        assert half == list(range(116, 131))


# -- distractor


def test_recent_frames_are_the_last_and_every_fifth_before_it():
    run = Run.of("distractor", Said()).go(range(1, 60))
    assert run.memories(33) == [KEY, 10, 15, 20, 25, 30, 32]
    assert run.rows(33) == [6, 5, 4, 3, 2, 1, 0]
    assert run.memories(36) == [KEY, 10, 15, 20, 25, 30, 35]
    assert [far for far, _ in run.pointers(33)] == [33, *range(1, 16)]


def test_a_frame_that_shows_a_look_alike_lasts():
    run = Run.of("distractor", lambda frame, _: SEES_TWIN if frame == 8 else Said())
    run.go(range(1, 300))
    assert run.policy.lasting == (8,)
    assert run.memories(250) == [KEY, 8, 230, 235, 240, 245, 249]
    assert run.rows(250) == [6, 6, 4, 3, 2, 1, 0]
    assert (242, "8.0") in run.pointers(250)


def test_at_most_three_lasting_frames_are_read_and_three_recent_ones_with_them():
    run = Run.of("distractor", SEES_TWIN).go(range(1, 60))
    # 2 is the first that has a median of its size, then one every six
    assert run.policy.lasting == (38, 44, 50, 56)
    assert sorted(run.memories(55)[1:4]) == [38, 44, 50]
    assert run.memories(55)[4:] == [40, 45, 54]
    assert len(run.memories(55)) == 7


def test_the_frame_just_before_is_read_as_a_recent_one_even_if_it_lasts():
    run = Run.of("distractor", SEES_TWIN).go(range(1, 10))
    assert run.policy.lasting == (2, 8)
    assert run.memories(9) == [KEY, 2, 5, 8]
    assert run.rows(9) == [6, 6, 1, 0]


@pytest.mark.parametrize("gone", [ABSENT, EMPTY])
def test_nothing_is_remembered_of_frames_without_the_object(gone):
    run = Run.of("distractor", lambda frame, _: gone if frame > 40 else Said()).go(range(1, 200))
    assert run.memories(199) == [KEY, 15, 20, 25, 30, 35, 40]
    assert run.pointers(199) == [(199, "0.0")]
    assert max(run.with_memory()) == 40


def test_what_was_missed_comes_back_as_the_last_good_frame():
    run = Run.of("distractor", lambda frame, _: ABSENT if 40 < frame < 80 else Said())
    run.go(range(1, 90))
    assert run.memories(80) == [KEY, 15, 20, 25, 30, 35, 40]
    assert run.memories(82) == [KEY, 25, 30, 35, 40, 80, 81]


def test_a_backward_run_is_the_mirror_image():
    run = Run.of("distractor", lambda frame, _: SEES_TWIN if frame == 92 else Said(), keyframe=100)
    run.go(range(99, 40, -1))
    assert run.policy.lasting == (92,)
    assert run.memories(62) == [100, 92, 80, 75, 70, 65, 63]


def test_a_second_leg_begins_with_the_first_ones_beginning():
    run = Run.of("distractor", Said(), keyframe=100)
    run.go(range(101, 180), keep_around=99).go(range(99, 60, -1))
    assert run.memories(98) == [100, 125, 120, 115, 110, 105, 99]
    assert [far for far, _ in run.pointers(98)][1:5] == [1, 3, 4, 5]


def test_masks_stored_behind_the_origin_are_recent_frames():
    run = Run.of("distractor", Said())
    for frame, said in ((20, Said()), (21, EMPTY), (22, Said())):
        run.policy.remember(frame, output(frame, said))
    run.go(range(23, 25))
    assert run.memories(23) == [KEY, 20, 22]


# -- long


def test_equal_pathways_are_computed_once_and_parted_where_the_network_is_unsure():
    unsure = Said(qualities=(0.9, 0.8, 0.7), presence=1.0)
    run = Run.of("long", lambda frame, _: unsure if frame == 5 else Said()).go(range(1, 8))
    assert [len(run.read[frame]) for frame in range(1, 8)] == [1, 1, 1, 1, 1, 3, 3]
    assert [path.score for path in run.policy.paths] == sorted(
        (path.score for path in run.policy.paths), reverse=True
    )


def test_pathways_that_part_remember_different_masks():
    unsure = Said(qualities=(0.9, 0.8, 0.7), presence=1.0)
    run = Run.of("long", lambda frame, _: unsure).go(range(1, 4))
    places = [[p for _, p in run.pointers(3, n)] for n in range(3)]
    assert [run.memories(3, n) for n in range(3)] == [[KEY, 1, 2]] * 3
    assert len({tuple(run.policy.paths[n].good) for n in range(3)}) == 3
    assert all(each[0] == "0.0" for each in places)


def test_frames_of_no_use_are_read_only_just_after_them():
    def script(frame, _):
        if frame == 4:
            return ABSENT
        return Said(qualities=(0.09, 0.05, 0.02)) if frame == 6 else Said()

    run = Run.of("long", script).go(range(1, 20))
    assert run.memories(5) == [KEY, 1, 2, 3, 4]
    assert run.memories(6) == [KEY, 1, 2, 3, 5]
    assert run.memories(7) == [KEY, 1, 2, 3, 5, 6]
    assert run.memories(9) == [KEY, 1, 2, 3, 5, 7, 8]
    assert run.rows(9) == [6, 5, 4, 3, 2, 1, 0]
    assert [far for far, _ in run.pointers(9)][1:] == [1, 2, 3, 4, 5]  # not of frame 1


def test_a_long_absence_costs_no_memory_of_the_object():
    run = Run.of("long", lambda frame, _: ABSENT if frame > 30 else Said()).go(range(1, 200))
    assert run.memories(199) == [KEY, 26, 27, 28, 29, 30, 198]


def test_keys_are_weighed_by_presence():
    run = Run.of("long", lambda frame, _: Said(presence=2.5 + frame)).go(range(1, 4))
    assert run.read[1][0].weights == ()
    assert run.read[3][0].weights == pytest.approx((1.05, 0.95, 1.0, 1.05, 0.95))


def doubted(frame, path):
    """On frame 2 the second mask is second best; what follows it is far better."""
    if frame == 2:
        return Said(qualities=(0.9, 0.8, 0.2), presence=1.0)
    return Said(qualities=(0.3 if frame == 3 and path != 1 else 0.9, 0.1, 0.1))


def test_the_best_pathway_at_the_end_says_what_stands():
    run = Run.of("long", doubted).go(range(1, 6))
    assert run.told[2] == "2.0"
    run.policy.finish()
    assert run.policy.revised() == {2: "2.1"}
    assert run.policy.revised() == {}
    assert run.policy.paths[0].score > run.policy.paths[1].score


def test_what_only_one_pathway_says_any_more_stands_at_once():
    def script(frame, path):
        if frame == 3:
            return Said(qualities=(0.9, 0.89, 0.88) if path == 1 else (0.1, 0.1, 0.1))
        return doubted(frame, path)

    run = Run.of("long", script).go(range(1, 4))
    assert run.told == {1: "1.0", 2: "2.1", 3: "3.0"}


def test_what_is_undecided_at_the_end_of_a_leg_is_decided_then():
    def script(frame, path):
        if frame < 4:
            return Said(qualities=(0.9, 0.8, 0.7), presence=1.0)
        return Said(qualities=((0.5, 0.9, 0.7)[path], 0.1, 0.1), presence=1.0)

    run = Run.of("long", script).go(range(1, 6))
    run.policy.finish()
    run.told |= run.policy.revised()
    best = run.policy.paths[0]
    assert [run.told[node.frame] for node in best.good] == [
        node.output["ptr"] for node in best.good
    ]
    assert best.story == ()


def test_a_second_leg_of_the_long_memory_begins_with_the_first_ones_beginning():
    run = Run.of("long", Said(), keyframe=100)
    run.go(range(101, 180), keep_around=99).go(range(99, 60, -1))
    assert run.memories(99) == [100, 106, 105, 104, 103, 102, 101]
    assert run.memories(97) == [100, 104, 103, 102, 101, 99, 98]


def test_a_frame_that_cannot_be_read_changes_nothing(monkeypatch):
    run = Run.of("long", Said()).go(range(1, 5))
    before = run.policy.paths

    def broken(*_):
        raise OSError

    monkeypatch.setattr(run, "propose", broken)
    with pytest.raises(OSError):  # noqa: PT011  # any
        run.step(5, False)
    assert run.policy.paths == before
    monkeypatch.undo()
    run.step(6, False)
    assert run.memories(6) == [KEY, 1, 2, 3, 4]


# -- bounds


def hard(frame, path):
    """Look-alikes, absences and doubt in turn."""
    kinds = (SEES_TWIN, Said(), ABSENT, Said(qualities=(0.9, 0.85, 0.8), presence=1.0 + path / 4))
    return kinds[frame // 7 % 4]


@pytest.mark.parametrize(
    ("memory", "outputs", "memories"),
    [("standard", 15, 6), ("distractor", 26, 11), ("long", 48, 21)],
)
def test_what_is_held_does_not_grow_over_three_hundred_frames(memory, outputs, memories):
    run = Run.of(memory, hard)
    counts = []
    for frame in range(1, 301):
        run.go([frame])
        counts.append(run.count())
    assert max(held for held, _ in counts) <= outputs
    assert max(held for _, held in counts) <= memories
    late = [held for held, _ in counts[200:]]
    assert max(late) <= max(held for held, _ in counts[:200])


@pytest.mark.parametrize("memory", ["standard", "distractor", "long"])
def test_a_repeated_run_does_the_same(memory):
    one, other = (Run.of(memory, hard).go(range(1, 120)) for _ in range(2))
    assert one.told == other.told
    assert [one.memories(n) for n in one.read] == [other.memories(n) for n in other.read]


def test_doubt_without_end_is_decided_after_a_while(monkeypatch):
    monkeypatch.setattr("vostool.models.shared.long_memory.UNDECIDED_FRAMES", 20)

    def script(frame, path):
        return Said(qualities=(0.9 - path / 50, 0.001, 0.0005), presence=1.0)

    unsure = Said(qualities=(0.9, 0.8, 0.7), presence=1.0)
    run = Run.of("long", lambda f, p: unsure if f == 2 else script(f, p)).go(range(1, 100))
    assert max(len(path.story) for path in run.policy.paths) <= 21
