"""The flow engine through the engines' protocol, on the clip with exact ground truth."""

import sys
from functools import partial

import numpy as np
import pytest

from vostool.errors import ModelError, SourceError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.evaluate.metrics import compare_sequences
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, SegmentRequest, TrackRequest
from vostool.models.flow.engine import FlowEngine
from vostool.models.flow.reading import FlowPictures
from vostool.models.flow.track import keyframe_reply, track_leg
from vostool.project.prompts import Point, Prompts

LENGTH = 44


@pytest.fixture(scope="module")
def clip():
    return generate_clip(LENGTH, 320, 180)


def run(source, keys, direction=Direction.FORWARD, origin=0, first=0, last=None, stop=None):
    engine = FlowEngine()
    engine.open(source)
    last = len(source) - 1 if last is None else last
    request = TrackRequest(tuple(keys), direction, origin, first, last)
    return list(engine.track(request, stop or (lambda: False)))


def keys_of(clip, frame, object_ids=(1, 2, 3)):
    return [Keyframe(frame, k, None, Mask.from_array(clip.ids[frame] == k)) for k in object_ids]


def ids_of(steps, shape):
    found = []
    for step in steps:
        ids = np.zeros(shape, np.uint8)
        for oid, reply in step.replies.items():
            ids[reply.mask.to_array()] = oid
        found.append(ids)
    return found


@pytest.fixture(scope="module")
def tracked(clip):
    return run(ArraySource(clip.frames), keys_of(clip, 0))


def test_follows_three_objects(clip, tracked):
    quality = compare_sequences(clip.ids, ids_of(tracked, clip.ids[0].shape))
    by_object = {o.object_id: o.jf_mean for o in quality.objects}
    assert by_object[1] > 0.9
    assert quality.jf_mean > 0.5


def test_objects_share_no_pixel(tracked):
    for step in tracked:
        masks = [reply.mask.to_array() for reply in step.replies.values()]
        assert np.sum(masks, axis=0).max() <= 1


def test_the_score_is_lower_on_lost_frames(clip, tracked):
    good, bad = [], []
    for step in tracked[1:]:
        for oid, reply in step.replies.items():
            truth = Mask.from_array(clip.ids[step.frame] == oid)
            (bad if reply.mask.iou(truth) < 0.5 else good).append(reply.score)
            assert 0 <= reply.score <= 1
    assert good
    assert bad
    assert np.median(bad) < np.median(good) - 0.2


def test_what_is_hidden_has_an_empty_mask(clip, tracked):
    away = [i for i, ids in enumerate(clip.ids) if not (ids == 3).any()]
    assert away
    assert all(tracked[i].replies[3].mask.is_empty for i in away)
    assert all(tracked[i].replies[3].score < 0.5 for i in away)


def test_same_run_same_masks(clip, tracked):
    again = run(ArraySource(clip.frames), keys_of(clip, 0), last=8)
    assert [s.replies for s in again] == [s.replies for s in tracked[:9]]


def test_directions(clip):
    source = ArraySource(clip.frames)
    keys = keys_of(clip, 6, (1,))

    def frames(direction, **options):
        return [s.frame for s in run(source, keys, direction, **options)]

    assert frames(Direction.FORWARD, origin=6, first=2, last=9) == [6, 7, 8, 9]
    assert frames(Direction.BACKWARD, origin=6, first=2, last=9) == [6, 5, 4, 3, 2]
    both = frames(Direction.BOTH, origin=6, first=4, last=8)
    assert both == [6, 7, 8, 6, 5, 4]
    assert frames(Direction.FORWARD, origin=2, last=8) == [6, 7, 8]
    assert frames(Direction.FORWARD, origin=10, last=12) == [10, 11, 12]
    assert frames(Direction.BACKWARD, origin=2) == [2, 1, 0]


def test_a_run_from_a_later_origin_goes_on_from_the_keyframe_behind(clip, tracked):
    steps = run(ArraySource(clip.frames), keys_of(clip, 0), origin=5, last=8)
    assert [s.frame for s in steps] == [5, 6, 7, 8]
    assert [s.replies for s in steps] == [s.replies for s in tracked[5:9]]


def test_backward_is_as_good_as_forward(clip):
    steps = run(ArraySource(clip.frames), keys_of(clip, 12, (1,)), Direction.BACKWARD, origin=12)
    last = steps[-1]
    assert last.frame == 0
    assert last.replies[1].mask.iou(Mask.from_array(clip.ids[0] == 1)) > 0.85


def test_a_keyframe_resets_the_object(clip):
    wrong = np.zeros(clip.ids[0].shape, bool)
    wrong[100:120, 150:180] = True
    keys = [Keyframe(0, 1, None, Mask.from_array(wrong)), *keys_of(clip, 5, (1,))]
    steps = run(ArraySource(clip.frames), keys, last=8)
    assert steps[5].replies[1].mask == keys[1].mask
    truth = Mask.from_array(clip.ids[8] == 1)
    assert steps[8].replies[1].mask.iou(truth) > 0.85
    assert steps[4].replies[1].mask.iou(Mask.from_array(clip.ids[4] == 1)) < 0.5


def test_a_keyframe_without_a_mask_is_answered_from_its_prompts(clip):
    ys, xs = np.nonzero(clip.ids[0] == 1)
    box = Box(int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    engine = FlowEngine()
    engine.open(ArraySource(clip.frames))
    answer = engine.segment(SegmentRequest(0, 1, Prompts(box=box)))
    steps = run(ArraySource(clip.frames), [Keyframe(0, 1, Prompts(box=box))], last=3)
    assert steps[0].replies[1] == answer
    assert steps[3].replies[1].mask.iou(Mask.from_array(clip.ids[3] == 1)) > 0.85


def test_cancel_keeps_what_is_done(clip):
    asked = iter([False, False, False, True])
    steps = run(ArraySource(clip.frames), keys_of(clip, 0), stop=lambda: next(asked))
    assert [s.frame for s in steps] == [0, 1, 2]


def test_cancel_ends_both_legs(clip):
    done = []

    def stop():
        done.append(1)
        return len(done) > 2

    steps = run(
        ArraySource(clip.frames),
        keys_of(clip, 6, (1,)),
        Direction.BOTH,
        origin=6,
        last=8,
        stop=stop,
    )
    assert [s.frame for s in steps] == [6, 7]


class Damaged(ArraySource):
    """Some frames cannot be read."""

    broken = frozenset((3, 4))

    def frame(self, index):
        if index in self.broken:
            raise SourceError(f"Frame {index} is damaged.")
        return super().frame(index)


def test_a_bad_frame_is_told_and_the_run_goes_on(clip):
    steps = run(Damaged(clip.frames), keys_of(clip, 0, (1,)), last=8)
    assert [s.frame for s in steps] == list(range(9))
    assert [s.problem for s in steps[2:6]] == [
        None,
        "Frame 3 is damaged.",
        "Frame 4 is damaged.",
        None,
    ]
    assert steps[3].replies == {}
    assert steps[8].replies[1].mask.iou(Mask.from_array(clip.ids[8] == 1)) > 0.8


def test_segment_may_be_asked_while_a_run_is_unfinished(clip):
    engine = FlowEngine()
    engine.open(ArraySource(clip.frames))
    request = TrackRequest(tuple(keys_of(clip, 0, (1,))), Direction.FORWARD, 0, 0, 5)
    steps = engine.track(request, lambda: False)
    first = [next(steps), next(steps)]
    engine.segment(SegmentRequest(9, 1, Prompts(points=(Point(100, 100),))))
    assert [*first, *steps] == run(ArraySource(clip.frames), request.keyframes, last=5)


def test_says_what_it_is_and_loads_no_model():
    info = FlowEngine().info
    assert info.name == "flow"
    assert "no learned model" in info.detail
    with pytest.raises(ModelError, match="No video is open"):
        FlowEngine().segment(SegmentRequest(0, 1, Prompts(points=(Point(1, 1),))))
    assert "torch" not in sys.modules["vostool.models.flow.engine"].__dict__


def test_a_frame_corrected_to_show_nothing_does_not_lose_the_object_behind_it(clip):
    gone = next(f for f in range(LENGTH) if not (clip.ids[f] == 2).any())
    nothing = Keyframe(gone, 2, None, Mask.empty(180, 320))
    keys = [*keys_of(clip, 0), nothing]
    steps = run(ArraySource(clip.frames), keys, Direction.FORWARD, gone)
    assert steps[0].replies[2].mask.is_empty
    overlaps = [
        step.replies[2].mask.iou(Mask.from_array(clip.ids[step.frame] == 2))
        for step in steps
        if (clip.ids[step.frame] == 2).sum() > 200
    ]
    assert max(overlaps) > 0.7


class Recorder:
    """A refiner that changes nothing and notes what it is given to learn, pixels by object."""

    def __init__(self):
        self.learnt = {}

    def refine(self, frame, picture, proposals, tracks, given):
        return proposals

    def score(self, object_id, score, soft):
        return score

    def learn(self, frame, settled, given, _tracks):
        areas = [
            {oid: int((soft > 0.5).sum()) for oid, soft in m.items()} for m in (settled, given)
        ]
        self.learnt[frame] = areas


def test_what_an_earlier_run_made_is_gone_on_from_and_believed_less_than_what_was_given(clip):
    """A part that was tracked is no picture of the whole, which the keyframe shows."""
    whole, part = clip.ids[0] == 1, clip.ids[5] == 1
    part[: np.flatnonzero(part.any(1)).mean().astype(int)] = False
    keys = (Keyframe(0, 1, None, Mask.from_array(whole)),)
    context = (Keyframe(5, 1, None, Mask.from_array(part)),)
    request = TrackRequest(keys, Direction.FORWARD, 6, 0, 9, context)
    recorder = Recorder()
    source = ArraySource(clip.frames)
    answer = partial(keyframe_reply, segment=None)
    steps = list(
        track_leg(FlowPictures(source), request, True, lambda: False, answer, refiner=recorder)
    )
    assert [step.frame for step in steps] == [6, 7, 8, 9]
    settled, given = recorder.learnt[5]
    assert given == {} and settled[1] == pytest.approx(part.sum(), rel=0.05)
    assert 0.5 * part.sum() < recorder.learnt[9][0][1]


def test_what_was_hidden_where_a_run_goes_on_is_not_followed_from_its_keyframe_again(clip):
    source, recorder = ArraySource(clip.frames), Recorder()
    keys = tuple(keys_of(clip, 0, (1, 2)))
    hidden = Mask.empty(*clip.ids[0].shape)
    context = (Keyframe(19, 1, None, Mask.from_array(clip.ids[19] == 1)),
               Keyframe(19, 2, None, hidden))  # fmt: skip
    request = TrackRequest(keys, Direction.FORWARD, 20, 0, 22, context)
    answer = partial(keyframe_reply, segment=None)
    steps = list(
        track_leg(FlowPictures(source), request, True, lambda: False, answer, refiner=recorder)
    )
    assert [step.frame for step in steps] == [20, 21, 22]
    assert sorted(recorder.learnt) == [19, 20, 21, 22]
