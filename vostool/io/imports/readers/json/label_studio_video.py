"""The boxes of a video in Label Studio: keyframes, and what lies between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vostool.io.imports.readers.collector import Collector, whole
from vostool.io.imports.readers.json.label_studio_regions import Region, box_of
from vostool.progress import Progress

_FIELDS = ("x", "y", "width", "height", "rotation")
_FIRST = 1


def read_video(regions: Sequence[Region], out: Collector, progress: Progress) -> None:
    """Add every region with keyframes as an object."""
    counts = {whole(r.value.get("framesCount")) for r in regions if r.sequence} - {None}
    if counts and counts != {out.target.frame_count}:
        said = ", ".join(map(str, sorted(c for c in counts if c is not None)))
        out.warnings.append(
            f"Label Studio counted {said} frames, the video has {out.target.frame_count}: look "
            "whether the boxes fit (Label Studio goes by the frame rate in its <Video> tag)."
        )
    examples: list[tuple[str, int | None]] = []
    for number, region in enumerate(regions, 1):
        progress(number, len(regions), "regions")
        if not region.sequence:
            out.skip(f"region {region.id}: it has no boxes in frames.")
            continue
        track = ("region", region.id)
        own = out.attributes(region.label, region.attributes)
        out.declare(track, region.label, number, own)
        for frame, value, keyframe in moments(region.sequence, out.target.frame_count):
            where = f"region {region.id} on frame {frame}"
            if value is None:
                out.add(frame, track, region.label, None, where, keyframe=keyframe)
                continue
            try:
                box = box_of(value, out.target)
            except ValueError as error:
                out.skip(f"{where}: {error}.")
                continue
            out.add(frame, track, region.label, box, where, keyframe=keyframe)
        keys = [whole(key.get("frame")) for key in region.sequence]
        examples += [(f"frame {k}", k - _FIRST) for k in keys if k is not None]
    inside = [(n, f) for n, f in examples if f is not None and 0 <= f < out.target.frame_count]
    out.tell_examples(inside)


def moments(
    sequence: Sequence[Mapping[str, Any]], frame_count: int
) -> Iterator[tuple[int, Mapping[str, Any] | None, bool]]:
    """(frame from 0, box or None where the object is not there, whether it is a keyframe).

    A keyframe that is not enabled is the last frame of its box, until the next keyframe; after the
    last one that is enabled the box stays where it is.
    """
    keys: dict[int, Mapping[str, Any]] = {}
    for key in sequence:
        frame = whole(key.get("frame"))
        if frame is not None and _FIRST <= frame < frame_count + _FIRST:
            keys[frame - _FIRST] = key
    frames = sorted(keys)
    for place, frame in enumerate(frames):
        key = keys[frame]
        following = frames[place + 1] if place + 1 < len(frames) else None
        yield frame, key, True
        if key.get("enabled") is False:
            ends = following is None or following > frame + 1
            if ends and frame + 1 < frame_count:
                yield frame + 1, None, True
            continue
        for between in range(frame + 1, frame_count if following is None else following):
            yield between, _between(key, keys, frame, following, between), False


def _between(
    key: Mapping[str, Any],
    keys: Mapping[int, Mapping[str, Any]],
    frame: int,
    following: int | None,
    between: int,
) -> Mapping[str, Any]:
    if following is None:
        return key
    share = (between - frame) / (following - frame)
    other = keys[following]
    value = {}
    for name in _FIELDS:
        one, two = key.get(name) or 0, other.get(name) or 0
        usable = isinstance(one, int | float) and isinstance(two, int | float)
        value[name] = one + (two - one) * share if usable else one
    return value
