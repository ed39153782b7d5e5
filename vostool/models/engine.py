"""The protocol of every engine, its requests and its replies. Imports no torch.

Requests are frozen and hold all that the answer depends on: the project is the truth, an engine's
state is a cache that it may drop and build again from a request at any time.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vostool.frames import FrameSource, Image
from vostool.masks.mask import BoolArray, Mask
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.project.learned import Learned
from vostool.project.prompts import Prompts
from vostool.project.recall import Recall


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine is, for the window's status bar and for reports.

    Attributes:
        name: as typed on the command line, "flow" or "sam2.1-tiny".
        title: for people, "SAM 2.1 tiny".
        device: "cpu", "cuda", "cuda:1" (the second card), "mps" or "xpu".
        device_title: the same for people, "NVIDIA GeForce RTX 3090, 24 GB"; empty where not known.
        dtype: "float32", "bfloat16"; empty where there is none.
        detail: one honest sentence about what it can do.
        quality: one of the engine's qualities, "exact" say; empty for an engine that has one only.
        chooses: a lone click has three masks to choose from (:attr:`Prompts.choice`).
        memories: what a run may remember by, see :mod:`vostool.models.memory_kinds`.
    """

    name: str
    title: str
    device: str = "cpu"
    dtype: str = ""
    detail: str = ""
    quality: str = ""
    chooses: bool = False
    device_title: str = ""
    memories: tuple[Memory, ...] = (STANDARD,)


@dataclass(frozen=True, slots=True)
class SegmentReply:
    """A mask (the frame's size) and the engine's confidence in 0..1.

    Attributes:
        choice: which of three masks answered the first click, as :attr:`Prompts.choice` has it;
            None where there was no choice, or where the mask is none of them: all that looks like
            an object which is known from other frames.
        recall: how a correction was answered, to be stored with its prompts; else None.
    """

    mask: Mask
    score: float
    choice: int | None = None
    recall: Recall | None = None


class Direction(enum.Enum):
    """Which way a track run goes."""

    FORWARD = "forward"
    BACKWARD = "backward"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Keyframe:
    """What is known of one object on one frame before a run starts.

    Attributes:
        prompts: the person's prompts there, or None for a mask that was only confirmed.
        mask: the mask shown for it, or None where no answer was kept (the engine makes it again).
    """

    frame: int
    object_id: int
    prompts: Prompts | None = None
    mask: Mask | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What is stored for an object around a frame on which its tracked mask is corrected.

    Attributes:
        keyframes: all of the object but one on the frame itself.
        tracked: masks that runs made on the frames near it, on both sides.
    """

    keyframes: tuple[Keyframe, ...]
    tracked: tuple[Keyframe, ...]


@dataclass(frozen=True, slots=True)
class SegmentRequest:
    """Ask for the mask of one object on one frame, from the prompts.

    Attributes:
        around: given where a tracked mask is corrected. An engine with a memory then reads what it
            remembers of these very masks, as when it tracked the frame.
        learned: of the object; an engine passes over what is not its own.
        looks: the object's masks on its nearest other keyframes, the nearest first. An engine may
            know by them what a click means.
    """

    frame: int
    object_id: int
    prompts: Prompts
    around: Around | None = None
    learned: Learned | None = None
    looks: tuple[Keyframe, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackRequest:
    """Track the objects of the keyframes through ``first``..``last`` (inclusive).

    A forward run takes each object from ``origin`` where it has a keyframe there or behind it,
    else from its first keyframe ahead, up to ``last``; a backward run is its mirror image down to
    ``first``; BOTH is one after the other. An object whose only keyframes lie ahead of the range
    is left out. See :func:`tracked_span`.

    Attributes:
        keyframes: every keyframe of every object that is to be tracked, inside the range or not.
        origin: the frame the run starts from.
        context: masks stored for the frames just behind the origin, which an engine with a memory
            may remember as if it had just tracked them. They are not tracked again.
        memory: which frames an engine with a memory remembers; one of its
            :attr:`EngineInfo.memories`.
        learned: by object id, of the objects that something was learned of.
    """

    keyframes: tuple[Keyframe, ...]
    direction: Direction
    origin: int
    first: int
    last: int
    context: tuple[Keyframe, ...] = ()
    memory: Memory = STANDARD
    learned: Mapping[int, Learned] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LearnRequest:
    """Learn what one object looks like where a person said it.

    Attributes:
        keyframes: those of the object that have a mask and a person's word for it.
        before: what was learned of it so far.
    """

    object_id: int
    keyframes: tuple[Keyframe, ...]
    before: Learned | None = None


@dataclass(frozen=True, slots=True)
class TrackedFrame:
    """One step of a run.

    Attributes:
        frame: the frame's number.
        replies: by object id, for the objects tracked on this frame; keyframes are among them.
        problem: one sentence when the frame could not be decoded (``replies`` is then empty and
            the run goes on), else None.
        revised: the frame was told before, and these masks stand in place of those; it is no
            further frame of the run.
    """

    frame: int
    replies: Mapping[int, SegmentReply]
    problem: str | None = None
    revised: bool = field(default=False, kw_only=True)


Cancelled = Callable[[], bool]
"""Asked between frames; True ends the run, with what was yielded so far kept."""


class Engine(Protocol):
    """An engine. It belongs to one thread, and reads frames through the source it was given.

    All methods may raise :class:`vostool.errors.ModelError` with a sentence for a person, and
    :class:`vostool.errors.PromptError` for prompts that make no sense.
    """

    @property
    def info(self) -> EngineInfo: ...

    def open(self, source: FrameSource) -> None:
        """Work on this source from now on; drops what was kept of another. Reads no frame."""
        ...

    def segment(self, request: SegmentRequest) -> SegmentReply:
        """The mask of one prompted frame. May be called while a track iterator is unfinished."""
        ...

    def track(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        """Yield one step a frame in the order of the run.

        Frames may be read ahead in the engine's own threads, by clones of the source.
        """
        ...

    def close(self) -> None:
        """Give memory and device back."""
        ...


@runtime_checkable
class Quickens(Protocol):
    """An engine that may begin slower than it goes on."""

    @property
    def quickens(self) -> bool:
        """Whether what makes it faster is being made beside its work; asked from any thread."""
        ...


@runtime_checkable
class Prepares(Protocol):
    """An engine that can do work ahead of a click; not every engine has any."""

    def prepare(self, frame: int, preempted: Cancelled) -> None:
        """Compute what a click on this frame will need, and keep it.

        Returns early, with nothing kept, soon after ``preempted()`` turns True: a click waits.
        A frame that cannot be decoded is passed over in silence; a click on it will say so.
        """
        ...


@runtime_checkable
class Recalls(Protocol):
    """An engine that can read the frames around a correction, remembered or not."""

    def recall(self, request: SegmentRequest, preempted: Cancelled) -> SegmentReply | None:
        """Answer a correction from a memory that is built again of the masks stored around it.

        For a request that :meth:`Engine.segment` answered without a memory. Works in pieces and
        returns None soon after ``preempted()`` turns True; what was done is kept for the next try.

        Returns:
            None where there is nothing to build a memory of.
        """
        ...


@runtime_checkable
class Learns(Protocol):
    """An engine that can fit itself to one object."""

    def learn(self, request: LearnRequest, preempted: Cancelled) -> Learned | None:
        """What is learned of the object's frames, to be given with later requests about it.

        Returns None soon after ``preempted()`` turns True, and where nothing is better with it:
        what was learned before then holds.
        """
        ...


@runtime_checkable
class SeesPictures(Protocol):
    """An engine that can be asked about a picture that belongs to no video."""

    def segment_picture(self, picture: Image, prompts: Prompts) -> SegmentReply:
        """The mask of the prompted object in a picture (H, W, 3) RGB uint8, such as a close-up.

        Prompts are in the picture's pixels and the mask has its size. What is kept of the open
        video stays, and a track iterator that is unfinished goes on.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PointReplies:
    """Three masks for each of several clicks: a part, a larger part, the whole.

    Attributes:
        logits: (n, 3, h, w) float32, coarse, over the whole picture; inside where above 0.
        quality: (n, 3) float32, the intersection over union with the truth that is expected.
    """

    logits: NDArray[np.float32]
    quality: NDArray[np.float32]


class PointDecoder(Protocol):
    """Answers clicks on one picture, whose features it holds as long as it is held itself.

    It belongs to the engine's thread and may raise :class:`vostool.errors.ModelError`.
    """

    @property
    def batch(self) -> int:
        """Clicks that are worked on together; more are worked on in turn, in bounded memory."""
        ...

    def decode(self, points: NDArray[np.float32]) -> PointReplies:
        """Masks of positive clicks (n, 2), x and y in pixels of the picture, each by itself."""
        ...

    def enlarge(self, logits: NDArray[np.float32]) -> BoolArray:
        """The mask of coarse logits (h, w) at the picture's size, as a click would show it."""
        ...

    def features(self) -> NDArray[np.float32]:
        """(C, rows, columns) float32 features, evenly over the whole picture."""
        ...


@runtime_checkable
class DecodesPoints(Protocol):
    """An engine that can be asked at many points of a picture at once, for objects unknown yet."""

    def point_decoder(self, frame: int) -> PointDecoder:
        """For a frame of the open source; its features are those that a click uses.

        Raises:
            SourceError: the frame could not be decoded.
            PromptError: there is no such frame.
        """
        ...

    def picture_decoder(self, picture: Image) -> PointDecoder:
        """For a picture (H, W, 3) RGB uint8 that belongs to no video, such as a close-up."""
        ...


def tracked_span(request: TrackRequest, object_id: int, forward: bool) -> range | None:
    """Frames of one object in one leg of a run, in the order they are worked on, or None.

    The rule of :class:`TrackRequest`: from ``origin`` where a keyframe lies at or behind it, else
    from the first keyframe ahead.
    """
    frames = sorted(k.frame for k in request.keyframes if k.object_id == object_id)
    if forward:
        behind = any(f <= request.origin for f in frames)
        ahead = [f for f in frames if request.origin < f <= request.last]
        start = request.origin if behind else min(ahead, default=None)
        return None if start is None else range(max(start, request.first), request.last + 1)
    behind = any(f >= request.origin for f in frames)
    ahead = [f for f in frames if request.first <= f < request.origin]
    start = request.origin if behind else max(ahead, default=None)
    return None if start is None else range(min(start, request.last), request.first - 1, -1)
