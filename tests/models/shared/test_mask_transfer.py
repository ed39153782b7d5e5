"""Masks as transitions are the masks of the pixels, to the byte, however they are brought."""

from __future__ import annotations

import math

import mask_strategies
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostool.masks.mask import Mask
from vostool.models.shared import mask_transfer
from vostool.models.shared.downloads import SideStream, at_once
from vostool.models.shared.late import one_late
from vostool.models.shared.mask_transfer import MaskTransfer
from vostool.models.shared.torch_errors import HalfOverflowError

CPU = torch.device("cpu")
FULL = torch.OutOfMemoryError("CUDA out of memory.")


def outputs(arrays, scores=None, **more):
    """As a network gives them; logits are of the frame's size already, and NaN is outside."""
    scores = [0.5 * n - 1 for n in range(len(arrays))] if scores is None else scores
    return [
        {
            "pred_masks": torch.where(torch.from_numpy(array), 2.5, -0.5)[None, None],
            "object_score_logits": torch.tensor([[score]]),
            **more,
        }
        for array, score in zip(arrays, scores, strict=True)
    ]


def enlarge(of):
    return torch.cat([output["pred_masks"] for output in of])


def bring(transfer, arrays, **more):
    return transfer.send(outputs(arrays, **more), arrays[0].shape, enlarge)()


def transfer_of(fixed: bool, at_a_time: int, pixels: int, room: int = 0) -> MaskTransfer:
    made = MaskTransfer(CPU, fixed=fixed)
    made.pixels = pixels * at_a_time
    made._room = room
    return made


@given(data=st.data(), fixed=st.booleans(), at_a_time=st.integers(1, 4))
def test_codes_are_those_of_the_pixels(data, fixed, at_a_time) -> None:
    shape = data.draw(mask_strategies.sizes)
    arrays = data.draw(st.lists(mask_strategies.masks(shape), min_size=1, max_size=4))
    transfer = transfer_of(fixed, at_a_time, shape[0] * shape[1])
    replies = bring(transfer, arrays)
    assert [reply.mask for reply in replies] == [Mask.from_array(array) for array in arrays]
    scores = [1 / (1 + math.exp(1 - 0.5 * n)) for n in range(len(arrays))]
    assert [reply.score for reply in replies] == pytest.approx(scores, abs=1e-6)


@given(data=st.data())
def test_a_mask_is_its_changes(data) -> None:
    height, width = data.draw(mask_strategies.sizes)
    array = data.draw(mask_strategies.masks((height, width)))
    down = np.diff(array.T.ravel().astype(np.int8), prepend=0)
    mask = Mask.from_changes(height, width, np.flatnonzero(down))
    assert mask == Mask.from_array(array)
    assert np.array_equal(mask.to_array(), array)


@pytest.mark.parametrize(("height", "width"), [(480, 854), (33, 47), (64, 64), (16, 24)])
def test_objects_enlarged_together_are_those_enlarged_alone(height, width) -> None:
    """The libraries enlarge each mask alone; a pixel on the border must not fall otherwise."""
    low = [torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(n)) for n in range(5)]
    alone = [torch.nn.functional.interpolate(x, (height, width), mode="bilinear") for x in low]
    together = torch.nn.functional.interpolate(torch.cat(low), (height, width), mode="bilinear")
    assert torch.equal(together, torch.cat(alone))


def test_what_has_no_room_is_sent_again_and_then_has_room() -> None:
    noise = np.random.default_rng(0).random((3, 40, 30)) < 0.5
    sent = []

    class Counted:
        late = False

        def __call__(self, tensor):
            sent.append(len(tensor))
            return at_once(tensor)

    transfer = MaskTransfer(CPU, Counted(), fixed=True)
    transfer.pixels = 2 * 40 * 30
    for _ in range(2):
        masks = [reply.mask for reply in bring(transfer, list(noise))]
        assert masks == [Mask.from_array(array) for array in noise]
    assert len(sent) == 3 and sent[0] < sent[1] == sent[2]
    assert sent[0] == 2 + 3 + 3 * mask_transfer.COLUMN_CHANGES * 30


@pytest.mark.parametrize("fixed", [False, True])
def test_one_transfer_of_kilobytes_however_many_objects(fixed) -> None:
    square = np.zeros((480, 854), bool)
    square[100:300, 200:600] = True
    sizes = []

    class Counted:
        late = False

        def __call__(self, tensor):
            sizes.append(tensor.nbytes)
            return at_once(tensor)

    transfer = MaskTransfer(CPU, Counted(), fixed=fixed)
    transfer.pixels = 2 * square.size
    bring(transfer, [square] * 5)
    assert len(sizes) == 1 and sizes[0] < 5 * 20_000


def test_memory_that_runs_out_halves_what_is_made_at_a_time() -> None:
    arrays = [np.eye(9, 7, k, dtype=bool) for k in range(5)]
    transfer, together = MaskTransfer(CPU), []

    def full(of):
        together.append(len(of))
        if len(of) > 1:
            raise FULL
        return enlarge(of)

    replies = transfer.send(outputs(arrays), (9, 7), full)()
    assert [reply.mask for reply in replies] == [Mask.from_array(array) for array in arrays]
    assert together == [5, 2, 1, 1, 1, 1, 1]
    together.clear()
    transfer.send(outputs(arrays), (9, 7), full)()
    assert together == [1] * 5, "and stays at what fits"


def test_memory_that_is_too_little_for_one_object_is_told() -> None:
    def full(_outputs):
        raise FULL

    with pytest.raises(torch.OutOfMemoryError):
        MaskTransfer(CPU).send(outputs([np.ones((3, 3), bool)] * 2), (3, 3), full)


def test_a_choice_comes_along_and_no_object_is_no_work() -> None:
    array = np.ones((2, 3), bool)
    assert bring(MaskTransfer(CPU), [array], choice=2)[0].choice == 2
    assert bring(MaskTransfer(CPU), [array])[0].choice is None
    assert MaskTransfer(CPU).send([], (2, 3), enlarge)() == []


@pytest.mark.parametrize("fixed", [False, True])
def test_a_score_that_is_no_number_is_told(fixed) -> None:
    arrays = [np.ones((2, 3), bool)] * 2
    with pytest.raises(HalfOverflowError):
        bring(MaskTransfer(CPU, fixed=fixed), arrays, scores=[1.0, math.nan])


# -- one late


def begun(log, count, fails_at=None, answers=lambda n: n):
    for number in range(count):
        if number == fails_at:
            raise OSError("lost")
        log.append(f"begin {number}")

        def answer(n=number):
            log.append(f"answer {n}")
            return answers(n)

        yield answer


def test_each_is_waited_for_when_the_next_was_begun() -> None:
    log = []
    for number in one_late(begun(log, 3)):
        log.append(f"seen {number}")
    assert log == [
        "begin 0", "begin 1", "answer 0", "seen 0", "begin 2", "answer 1", "seen 1", "answer 2",
        "seen 2",
    ]  # fmt: skip
    assert list(one_late(begun([], 0))) == []
    assert list(one_late(begun([], 1))) == [0]


def test_what_was_begun_is_answered_before_a_failure_is_told() -> None:
    answers = one_late(begun([], 5, fails_at=3))
    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="lost"):
        next(answers)


def test_an_answer_that_fails_ends_the_others() -> None:
    def fail(number):
        raise HalfOverflowError

    log = []
    with pytest.raises(HalfOverflowError):
        list(one_late(begun(log, 5, answers=fail)))
    assert log == ["begin 0", "begin 1", "answer 0"]


def test_a_run_that_is_left_begins_no_more() -> None:
    log = []
    answers = one_late(begun(log, 5))
    next(answers)
    answers.close()
    assert log == ["begin 0", "begin 1", "answer 0"]
    assert list(answers) == []


# -- the side stream's order of calls, since there is no card here


def test_a_side_stream_waits_for_the_tensor_and_is_waited_for_when_asked(monkeypatch) -> None:
    log = []

    class Event:
        def __init__(self, of):
            self.of = of

        def synchronize(self):
            log.append(f"wait for {self.of}")

    class Stream:
        def __init__(self, name):
            self.name = name

        def record_event(self):
            log.append(f"mark {self.name}")
            return Event(self.name)

        def wait_event(self, event):
            log.append(f"{self.name} after {event.of}")

        def __enter__(self):
            log.append(f"on {self.name}")

        def __exit__(self, *_):
            log.append(f"off {self.name}")

    class Tensor:
        def to(self, where, non_blocking):
            assert (where, non_blocking) == ("cpu", True)
            log.append("copy")
            return "here"

        def record_stream(self, stream):
            log.append(f"kept for {stream.name}")

    side = Stream("side")
    monkeypatch.setattr(torch.cuda, "Stream", lambda _device: side)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _device: Stream("network"))
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: stream)
    arrived = SideStream(CPU)(Tensor())
    assert log == [
        "mark network", "on side", "side after network", "copy", "mark side", "off side",
        "kept for side",
    ]  # fmt: skip
    assert arrived() == "here"
    assert log[-1] == "wait for side"
