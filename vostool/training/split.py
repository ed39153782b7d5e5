"""Which labels are learnt from, and which are held out to see whether the learning helped."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from vostool.errors import LabelsError, UsageError
from vostool.masks.mask import Mask
from vostool.models.trainer import TaughtVideo
from vostool.words import counted, tr

HELD_OUT = 0.25
"""Share of the videos, or of the frames where there is one video only."""
GAP = 10
"""Frames between what is learnt and what is held out of the same video; nearer ones look alike."""


@dataclass(frozen=True, slots=True)
class Split:
    """What is learnt and what is held out; no frame is in both.

    Attributes:
        notes: a sentence for each thing that a person should know of it.
    """

    training: tuple[TaughtVideo, ...]
    held_out: tuple[TaughtVideo, ...]
    notes: tuple[str, ...] = ()


def split(
    videos: Sequence[TaughtVideo], wanted: Collection[str] = (), seen: Collection[str] = ()
) -> Split:
    """Hold out whole videos; of a single one, its last stretch of frames.

    The same videos give the same split, in whatever order they come. Of several, those are held
    out whose digests come first, so that one more video seldom changes what is held out.

    Args:
        wanted: names of videos to hold out in place of these.
        seen: digests of videos that the weights were trained on before; they are held out last.

    Raises:
        UsageError: a wanted video is not among them, or none would be left to learn from.
        LabelsError: too little was taught to hold anything out.
    """
    if wanted:
        return _by_name(videos, wanted, seen)
    if len(videos) == 1:
        return _by_frames(videos[0])
    count = max(1, round(len(videos) * HELD_OUT))
    ordered = sorted(videos, key=lambda video: (video.digest in seen, _rank(video)))
    chosen = {id(video) for video in ordered[:count]}
    return _of(videos, chosen, seen)


def _by_name(
    videos: Sequence[TaughtVideo], wanted: Collection[str], seen: Collection[str]
) -> Split:
    names = {video.name for video in videos}
    missing = [name for name in wanted if name not in names]
    if missing:
        raise UsageError(
            tr(
                "There is no video '{name}' to hold out; there are {names}.",
                name=missing[0],
                names=", ".join(sorted(names)),
            )
        )
    if names <= set(wanted):
        raise UsageError(tr("All videos would be held out; leave at least one to learn from."))
    return _of(videos, {id(video) for video in videos if video.name in wanted}, seen)


def _of(videos: Sequence[TaughtVideo], chosen: set[int], seen: Collection[str]) -> Split:
    training = tuple(video for video in videos if id(video) not in chosen)
    held_out = tuple(video for video in videos if id(video) in chosen)
    names = ", ".join(video.name for video in held_out)
    frames = sum(len(video.masks) for video in held_out)
    notes = [
        tr("Held out to measure on: {names} ({frames}).", names=names,
           frames=counted(frames, "frame"))
    ]  # fmt: skip
    known = [video.name for video in held_out if video.digest in seen]
    if known:
        notes.append(
            tr(
                "The weights to begin with were trained on {names} already, so what is measured "
                "there says too much.",
                names=", ".join(known),
            )
        )
    return Split(training, held_out, tuple(notes))


def _by_frames(video: TaughtVideo) -> Split:
    frames = sorted(video.masks)
    if len(frames) < 2:
        raise LabelsError(
            tr(
                "{name} teaches one frame only; one more is needed to measure on.",
                name=video.name,
            )
        )
    first = frames[-max(1, round(len(frames) * HELD_OUT))]
    before = [frame for frame in frames if frame < first]
    gap = min(GAP, first - before[0] - 1)
    learnt = [frame for frame in before if frame < first - gap]
    held = [frame for frame in frames if frame >= first]
    note = tr(
        "There is one video only, so its frames from {first} on ({held}) are held out, {gap} after "
        "the last one that is learnt; another video would tell more.",
        first=first,
        held=counted(len(held), "labelled frame"),
        gap=counted(first - learnt[-1], "frame"),
    )
    return Split((_only(video, learnt),), (_only(video, held),), (note,))


def _only(video: TaughtVideo, frames: Collection[int]) -> TaughtVideo:
    masks: Mapping[int, Mapping[int, Mask]] = {frame: video.masks[frame] for frame in frames}
    return replace(video, masks=masks)


def _rank(video: TaughtVideo) -> str:
    """Anything but the order in which videos were made or named."""
    return hashlib.sha256(f"held out {video.digest}".encode()).hexdigest()
