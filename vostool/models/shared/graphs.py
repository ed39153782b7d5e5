"""CUDA graphs: what a tracked frame launches, recorded once and replayed as a whole.

A frame of SAM 2 is several hundred small launches, which cost a fast card more than its arithmetic
does. A piece of the network whose inputs have the same shapes again is recorded, and from then on
its inputs are copied to where the recording reads them and it is replayed.

No card has ever run this: it was written and tested with a scripted :class:`Recorder`. So it is
off unless ``VOSTOOL_GRAPHS=on`` says otherwise, the first replay of each recording is compared
with what the piece itself gives, and what goes wrong ends it for the engine with a line in the log.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from vostool.models.shared.torch_errors import is_out_of_memory

GRAPHS_VARIABLE = "VOSTOOL_GRAPHS"
BUCKETS = (32, 16, 8, 4, 2, 1)
"""Numbers of objects that are recorded; others are made up of them."""
RECORDINGS_KEPT = 16
USES_BEFORE = 2
"""Times that a piece runs as it is, which also warms up the libraries under it."""
NEAR = 1e-2
"""Of the largest value: more apart than that is no rounding."""

Tensors = tuple[Tensor, ...]
Work = Callable[..., Tensors]
Key = tuple[object, ...]

_log = logging.getLogger(__name__)


class Recorder(Protocol):
    """Records work on a device."""

    def record(self, work: Callable[[], Tensors]) -> tuple[Callable[[], None], Tensors]:
        """(replays it, where its results lie afterwards); raises RuntimeError where it cannot."""
        ...

    def in_turn(self) -> AbstractContextManager[None]:
        """Around a replay, its inputs and its results: after those of every other stream."""
        ...


class CudaRecorder:
    """torch's CUDA graphs, in one pool of memory: they are replayed one after the other."""

    def __init__(
        self,
        device: torch.device,
        cuda: Any = torch.cuda,  # noqa: ANN401  # the module, or a test's
    ) -> None:
        """Take a device's memory, with CUDA's functions or a test's."""
        self._device, self._cuda = device, cuda
        self._pool = cuda.graph_pool_handle()
        self._last: Any = None

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        stream = self._cuda.current_stream(self._device)
        if self._last is not None:
            stream.wait_event(self._last)
        yield
        self._last = stream.record_event()

    def record(self, work: Callable[[], Tensors]) -> tuple[Callable[[], None], Tensors]:
        cuda = self._cuda
        with cuda.device(self._device):
            aside, here = cuda.Stream(), cuda.current_stream()
            aside.wait_stream(here)
            with cuda.stream(aside):
                work()  # libraries get ready on the stream that they will be recorded on
            here.wait_stream(aside)
            graph = cuda.CUDAGraph()
            # Other threads may use the card meanwhile: finders have one of their own.
            with cuda.graph(
                graph, pool=self._pool, stream=aside, capture_error_mode="thread_local"
            ):
                results = work()
        replay: Callable[[], None] = graph.replay
        return replay, results


@dataclass
class _Recording:
    inputs: Tensors
    replay: Callable[[], None]
    results: Tensors

    def run(self, inputs: Sequence[Tensor]) -> Tensors:
        """Results of their own: the next replay writes over the recording's."""
        for held, given in zip(self.inputs, inputs, strict=True):
            held.copy_(given, non_blocking=True)
        self.replay()
        return tuple(result.clone() for result in self.results)


class Graphs:
    """Recordings of an engine's pieces, by piece, shapes and types; the one used last stays last.

    Attributes:
        active: False where there is no recorder, or something went wrong.
    """

    def __init__(self, recorder: Recorder | None = None, title: str = "") -> None:
        """Begin with no recording.

        Args:
            recorder: None runs every piece as it is.
            title: the engine's, for the line in the log.
        """
        self._recorder = recorder
        self._title = title
        self._kept: OrderedDict[Key, _Recording] = OrderedDict()
        self._used: OrderedDict[Key, int] = OrderedDict()
        self._others: list[Graphs] = []

    def take(self, other: Graphs) -> Graphs:
        """Let recordings with memory of their own, which are given back, go with these."""
        self._others.append(other)
        return other

    @property
    def active(self) -> bool:
        """Whether pieces are recorded."""
        return self._recorder is not None

    def run(self, piece: str, work: Work, *inputs: Tensor) -> Tensors:
        """What ``work(*inputs)`` gives.

        Args:
            piece: names the work together with the numbers in it: one name, one computation.
            work: gives tensors that depend on the inputs alone; reads no value back to the CPU.

        Raises:
            RuntimeError: out of memory, in the device's words, with all recordings let go.
        """
        if self._recorder is None:
            return work(*inputs)
        key = _key(piece, inputs)
        found = self._kept.get(key)
        try:
            if found is not None:
                self._kept.move_to_end(key)
                with self._recorder.in_turn():
                    return found.run(inputs)
            results = work(*inputs)
        except RuntimeError as error:
            if found is None or is_out_of_memory(error):
                self.clear()
                raise
            self._give_up(f"replaying failed ({_first_line(error)})")
            return work(*inputs)
        if self._is_due(key):
            self._record(key, work, inputs, results)
        return results

    def clear(self) -> None:
        """Let all recordings go, and the memory that they hold."""
        self._kept.clear()
        self._used.clear()
        for other in self._others:
            other.clear()

    def _is_due(self, key: Key) -> bool:
        """Whether these shapes came often enough to be worth a recording."""
        self._used[key] = self._used.get(key, 0) + 1
        self._used.move_to_end(key)
        while len(self._used) > 8 * RECORDINGS_KEPT:
            self._used.popitem(last=False)
        return self._used[key] > USES_BEFORE

    def _record(self, key: Key, work: Work, inputs: Sequence[Tensor], expected: Tensors) -> None:
        """Keep a recording, unless it cannot be made or gives other values than ``expected``."""
        assert self._recorder is not None
        while len(self._kept) >= RECORDINGS_KEPT:
            self._kept.popitem(last=False)
        try:
            held = tuple(given.clone() for given in inputs)
            replay, results = self._recorder.record(lambda: work(*held))
            made = _Recording(held, replay, results)
            with self._recorder.in_turn():
                replayed_once = made.run(inputs)
            pairs = zip(replayed_once, expected, strict=True)
            same = all(_alike(replayed, given) for replayed, given in pairs)
        except RuntimeError as error:
            self._give_up(f"recording failed ({_first_line(error)})")
            return
        if same:
            self._kept[key] = made
        else:
            self._give_up(f"a recording of its {key[0]} gave other values")

    def _give_up(self, reason: str) -> None:
        """For good: a card with too little memory for recordings would try again and again."""
        self._recorder = None
        self.clear()
        _log.warning("%s goes on without CUDA graphs: %s.", self._title, reason)


def graphs_for(device: torch.device, title: str) -> Graphs:
    """Recordings for an engine on this device: on CUDA, where they were asked for."""
    asked = os.environ.get(GRAPHS_VARIABLE, "off").strip().lower() in {"on", "1", "yes"}
    if not asked or device.type != "cuda":
        return Graphs(None, title)
    return Graphs(CudaRecorder(device), title)


def buckets(count: int, most: int) -> list[int]:
    """Numbers from :data:`BUCKETS`, each at most ``most``, that make up ``count``."""
    made = []
    for bucket in BUCKETS:
        while bucket <= min(count, most):
            made.append(bucket)
            count -= bucket
    return made


def _key(piece: str, inputs: Sequence[Tensor]) -> Key:
    shapes = tuple((tuple(x.shape), x.stride(), x.dtype) for x in inputs)
    kind = inputs[0].device.type
    half = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else None
    return (piece, shapes, half)


def _first_line(error: RuntimeError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _alike(made: Tensor, expected: Tensor) -> bool:
    scale = float(expected.float().abs().nan_to_num(0.0).amax()) if expected.numel() else 0.0
    return torch.allclose(
        made.float(), expected.float(), rtol=NEAR, atol=NEAR * scale, equal_nan=True
    )
