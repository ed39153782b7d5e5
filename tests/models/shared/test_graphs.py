"""Recordings of a network's pieces, with a recorder that is scripted: no card is here."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch

from vostool.models.shared import graphs
from vostool.models.shared.graphs import USES_BEFORE, Graphs, buckets, graphs_for

OUT_OF_MEMORY = "CUDA out of memory."


class Scripted:
    """Records as a card does: a replay reads and writes the very tensors of the recording."""

    def __init__(self, breaks: str = "", wrong: float = 0.0) -> None:
        self.breaks, self.wrong = breaks, wrong
        self.recorded = self.replayed = self.turns = 0
        self.fails_at_replay = ""

    @contextlib.contextmanager
    def in_turn(self):
        self.turns += 1
        yield

    def record(self, work: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
        self.recorded += 1
        if self.breaks:
            raise RuntimeError(self.breaks)
        results = work()

        def replay() -> None:
            self.replayed += 1
            if self.fails_at_replay:
                raise RuntimeError(self.fails_at_replay)
            for held, made in zip(results, work(), strict=True):
                held.copy_(made + self.wrong)

        return replay, results


class Piece:
    """Twice the first input and the sum of both; counts how often it ran as it is."""

    def __init__(self) -> None:
        self.ran = 0

    def __call__(self, one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, ...]:
        self.ran += 1
        return 2 * one, one + other


def inputs(value: float, size: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.full((size,), float(value)), torch.ones(size)


def run_until_recorded(made: Graphs, piece: Piece, size: int = 3) -> None:
    for number in range(USES_BEFORE + 1):
        assert made.run("piece", piece, *inputs(number, size))[0].tolist() == [2 * number] * size


def test_what_comes_again_is_replayed_with_the_inputs_of_that_time():
    recorder, piece = Scripted(), Piece()
    made = Graphs(recorder, "SAM 2")
    run_until_recorded(made, piece)
    assert (recorder.recorded, recorder.replayed) == (1, 1), "recorded, and compared once"
    first = made.run("piece", piece, *inputs(10))
    second = made.run("piece", piece, *inputs(20))
    assert [x.tolist() for x in first] == [[20.0] * 3, [11.0] * 3], "its own, not written over"
    assert [x.tolist() for x in second] == [[40.0] * 3, [21.0] * 3]
    assert (recorder.recorded, recorder.replayed, recorder.turns) == (1, 3, 3)


@pytest.mark.parametrize("other", ["name", "shape", "type", "layout", "precision"])
def test_whatever_differs_has_a_recording_of_its_own(other):
    recorder, piece = Scripted(), Piece()
    made = Graphs(recorder, "SAM 2")
    run_until_recorded(made, piece)
    before = recorder.replayed
    one, two = inputs(5)
    if other == "name":
        made.run("other", piece, one, two)
    elif other == "shape":
        made.run("piece", piece, *inputs(5, size=4))
    elif other == "type":
        made.run("piece", piece, one.double(), two.double())
    elif other == "layout":
        made.run("piece", piece, torch.full((6,), 5.0)[::2], two)
    else:
        with torch.autocast("cpu", torch.bfloat16):
            made.run("piece", piece, one, two)
    assert recorder.replayed == before and recorder.recorded == 1


def test_what_comes_once_is_not_recorded():
    recorder, piece = Scripted(), Piece()
    made = Graphs(recorder, "SAM 2")
    for size in range(1, 40):
        made.run("piece", piece, *inputs(1, size))
    assert recorder.recorded == 0 and piece.ran == 39


def test_recordings_are_bounded_and_the_one_used_longest_ago_goes(monkeypatch):
    monkeypatch.setattr(graphs, "RECORDINGS_KEPT", 2)
    recorder, piece = Scripted(), Piece()
    made = Graphs(recorder, "SAM 2")
    for size in (1, 2):
        run_until_recorded(made, piece, size)
    made.run("piece", piece, *inputs(1, 1))
    run_until_recorded(made, piece, 3)
    ran, recorded = piece.ran, recorder.recorded
    made.run("piece", piece, *inputs(1, 1))
    made.run("piece", piece, *inputs(1, 3))
    assert piece.ran == ran + 2, "replays alone: the scripted card runs the piece"
    assert recorder.recorded == recorded
    before = recorder.replayed
    made.run("piece", piece, *inputs(1, 2))
    assert recorder.replayed <= before + 1 and recorder.recorded == recorded + 1


@pytest.mark.parametrize(
    ("recorder", "said"),
    [
        (Scripted(breaks="operation not permitted when stream is capturing\nmore"), "permitted"),
        (Scripted(breaks=OUT_OF_MEMORY), "out of memory"),
        (Scripted(wrong=0.5), "other values"),
        (Scripted(wrong=float("nan")), "other values"),
    ],
)
def test_what_cannot_be_recorded_or_comes_out_otherwise_is_given_up_once(recorder, said, caplog):
    piece = Piece()
    made = Graphs(recorder, "SAM 2.1 tiny")
    with caplog.at_level(logging.WARNING):
        for number in range(1, 9):
            assert made.run("piece", piece, *inputs(number))[1].tolist() == [number + 1.0] * 3
    (record,) = caplog.records
    assert "SAM 2.1 tiny goes on without CUDA graphs" in record.message
    assert said in record.message and "\n" not in record.message
    assert recorder.recorded == 1 and not made.active


def test_a_replay_that_fails_is_given_up_and_answered(caplog):
    recorder, piece = Scripted(), Piece()
    made = Graphs(recorder, "SAM 2")
    run_until_recorded(made, piece)
    recorder.fails_at_replay = "CUDA error: something"
    with caplog.at_level(logging.WARNING):
        assert made.run("piece", piece, *inputs(7))[0].tolist() == [14.0] * 3
    assert len(caplog.records) == 1 and not made.active


def test_out_of_memory_lets_all_recordings_go_and_is_told():
    recorder, piece = Scripted(), Piece()
    made = Graphs(recorder, "SAM 2")
    run_until_recorded(made, piece)
    recorder.fails_at_replay = OUT_OF_MEMORY
    with pytest.raises(RuntimeError, match="out of memory"):
        made.run("piece", piece, *inputs(7))
    recorder.fails_at_replay = ""
    assert made.active
    before = recorder.recorded
    run_until_recorded(made, piece)
    assert recorder.recorded == before + 1, "made anew"

    def full(*_: torch.Tensor) -> tuple[torch.Tensor, ...]:
        raise torch.OutOfMemoryError(OUT_OF_MEMORY)

    with pytest.raises(torch.OutOfMemoryError):
        made.run("another", full, *inputs(1))
    ran = piece.ran
    made.run("piece", piece, *inputs(1))
    assert piece.ran == ran + 1 and recorder.recorded == before + 1


def test_nothing_is_recorded_but_on_cuda_and_where_it_is_asked_for(monkeypatch):
    made = []

    class Card:
        def __init__(self, device: torch.device) -> None:
            made.append(device)

    monkeypatch.setattr(graphs, "CudaRecorder", Card)
    monkeypatch.delenv("VOSTOOL_GRAPHS", raising=False)
    assert not graphs_for(torch.device("cuda"), "SAM 2").active
    for word in ("off", "0", "", "maybe"):
        monkeypatch.setenv("VOSTOOL_GRAPHS", word)
        assert not graphs_for(torch.device("cuda"), "SAM 2").active
    monkeypatch.setenv("VOSTOOL_GRAPHS", "on")
    for kind in ("cpu", "mps", "xpu"):
        assert not graphs_for(torch.device(kind), "SAM 2").active
    assert graphs_for(torch.device("cuda", 1), "SAM 2").active
    assert made == [torch.device("cuda", 1)]


@pytest.mark.parametrize(
    ("count", "most", "made"),
    [(1, 16, [1]), (5, 16, [4, 1]), (20, 16, [16, 4]), (20, 32, [16, 4]), (40, 32, [32, 8]),
     (7, 3, [2, 2, 2, 1]), (0, 16, []), (3, 1, [1, 1, 1])],
)  # fmt: skip
def test_numbers_of_objects_are_made_up_of_buckets(count, most, made):
    assert buckets(count, most) == made and sum(made) == count


def test_recordings_with_other_memory_go_with_these():
    recorder, piece, made = Scripted(), Piece(), Graphs(Scripted(), "SAM 2")
    other = made.take(Graphs(recorder, "its encoder"))
    run_until_recorded(other, piece)
    made.clear()
    ran = piece.ran
    other.run("piece", piece, *inputs(1))
    assert piece.ran == ran + 1 and recorder.replayed == 1 and other.active


class Stream:
    def __init__(self, cuda: Any, name: str) -> None:
        self.cuda, self.name = cuda, name

    def wait_stream(self, other: Any) -> None:
        self.cuda.said.append(f"{self.name} waits for {other.name}")

    def wait_event(self, event: str) -> None:
        self.cuda.said.append(f"{self.name} waits for {event}")

    def record_event(self) -> str:
        return f"the end on {self.name}"


class Cuda:
    """torch.cuda's functions, writing down what they are asked."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.current = Stream(self, "main")

    def graph_pool_handle(self) -> str:
        return "pool"

    def Stream(self) -> Stream:  # torch's name
        return Stream(self, "aside")

    def current_stream(self, _device: Any = None) -> Stream:
        return self.current

    def device(self, _device: Any) -> Any:
        return contextlib.nullcontext()

    @contextlib.contextmanager
    def stream(self, stream: Stream) -> Any:
        self.said.append(f"on {stream.name}")
        yield

    @contextlib.contextmanager
    def graph(self, _graph: Any, **told: Any) -> Any:
        self.said.append(f"records {told['stream'].name}, {told['capture_error_mode']}")
        yield
        assert told["pool"] == "pool"

    def CUDAGraph(self) -> Any:  # torch's name
        return type("Graph", (), {"replay": staticmethod(lambda: self.said.append("replay"))})


def test_cuda_is_asked_to_warm_up_aside_and_to_record_without_stopping_other_threads():
    cuda = Cuda()
    recorder = graphs.CudaRecorder(torch.device("cuda"), cuda)
    replay, results = recorder.record(lambda: cuda.said.append("work") or (torch.ones(1),))
    replay()
    assert cuda.said == [
        "aside waits for main", "on aside", "work", "main waits for aside",
        "records aside, thread_local", "work", "replay",
    ]  # fmt: skip
    assert results[0].item() == 1


def test_replays_of_two_streams_wait_for_each_other():
    cuda = Cuda()
    recorder = graphs.CudaRecorder(torch.device("cuda"), cuda)
    with recorder.in_turn():
        cuda.said.append("first")
    cuda.current = Stream(cuda, "second")
    with recorder.in_turn():
        cuda.said.append("next")
    assert cuda.said == ["first", "second waits for the end on main", "next"]
