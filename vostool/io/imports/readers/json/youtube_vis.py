"""YouTube-VIS JSON: one annotation a track, with a list entry for each frame of its video.

The format is that of the YouTube-VIS API (youtubevos/cocoapi): ``videos`` with ``file_names``,
annotations with ``segmentations`` and ``bboxes`` of as many entries, ``null`` where the object is
absent. A track that has only boxes comes in as boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, some, whole
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.json.choice import chosen_file, chosen_video, records
from vostool.io.imports.readers.json.fields import id_key
from vostool.io.imports.readers.json.text import YOUTUBE_VIS as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.segmentation import annotated
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress
from vostool.words import tr


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read a YouTube-VIS file, or the one in a folder or zip.

    Raises:
        LabelsError: it is no such file, it holds several videos, its video has another size, or
            nothing in it fits the target.
    """
    with open_tree(path) as tree:
        name = chosen_file(tree, KIND, str(values["file"]))
        data = parse(tree, name)
        shown = tree.shown(name)
    videos = records(data, "videos", shown)
    video_id = chosen_video(videos, str(values["video"]), shown)
    video = next((v for v in videos if v.get("id") == video_id), None)
    if video is None:
        raise LabelsError(
            tr("{shown} declares no video, so its tracks have no frames.", shown=shown)
        )
    _check_size(video, target, shown)
    reader = TrackReader(Collector(shown, target), target, absent=bool(values["absent"]))
    frames = reader.frames(video, values)
    labels = {
        id_key(entry.get("id")): str(entry.get("name"))
        for entry in records(data, "categories", shown)
    }
    tracks = records(data, "annotations", shown)
    for number, track in enumerate(tracks):
        progress(number, len(tracks), "tracks")
        if id_key(track.get("video_id")) == id_key(video_id):
            label = labels.get(id_key(track.get("category_id")))
            reader.track(track, frames, label or f"category {track.get('category_id')}")
    return reader.out.result([ImportedLabel(label) for label in labels.values()])


class TrackReader:
    """Reads tracks, which are lists with an entry a frame."""

    def __init__(self, out: Collector, target: ImportTarget, *, absent: bool) -> None:
        self.out = out
        self._target = target
        self._absent = absent
        self._numbers: set[object] = set()

    def frames(
        self, video: Mapping[str, Any], values: Mapping[str, OptionValue]
    ) -> list[int | None]:
        """The target's frame for each entry of the video's lists."""
        names = video.get("file_names")
        if not isinstance(names, list):
            length = whole(video.get("length")) or self._target.frame_count
            names = [""] * min(length, self._target.frame_count)
        # As many entries as frames: the position is the frame.
        in_step = len(names) == self._target.frame_count
        pictures = [
            Picture(name, index if in_step or not name else None, name or f"entry {index}")
            for index, name in enumerate(map(str, names))
        ]
        found: list[int | None] = []
        lost = []
        for name, frame in zip(names, self.out.place(pictures, values), strict=True):
            if frame is None or frame in found:
                lost.append(name)
                frame = None  # noqa: PLW2901 - no frame for this entry
            found.append(frame)
        if lost:
            self.out.skip(
                f"{some(lost, 20)}: this video has no such frame; what tracks hold there was "
                "left out."
            )
        return found

    def _dropped(self, where: str) -> Callable[[str], None]:
        return lambda why: self.out.warnings.append(
            f"{where}: {why}; it was left out, the other parts came in."
        )

    def track(self, track: Mapping[str, Any], frames: Sequence[int | None], label: str) -> None:
        """Read one annotation."""
        number = id_key(track.get("id"))
        if "id" not in track or number in self._numbers:
            self.out.skip(f"track {number}: the id is missing or stands twice; it was left out.")
            return
        self._numbers.add(number)
        codes, boxes = track.get("segmentations"), track.get("bboxes")
        lengths = {len(entries) for entries in (codes, boxes) if isinstance(entries, list)}
        if lengths != {len(frames)}:
            self.out.skip(
                f"track {number}: its lists have {some(sorted(lengths)) or 'no'} entries, but "
                f"the video has {len(frames)} frames."
            )
            return
        key = self.out.identify(number, label, self.out.attributes(label, track.get("attributes")))
        drawn = isinstance(codes, list) and (any(codes) or not isinstance(boxes, list))
        only_boxes = not drawn
        entries = boxes if only_boxes else codes
        assert isinstance(entries, list)
        hidden = _occluded(track.get("occlusion"), len(frames))
        for frame, entry, occluded in zip(frames, entries, hidden, strict=True):
            if frame is None or (entry is None and not self._absent):
                continue
            where = f"track {number} on frame {frame}"
            try:
                what = None
                if entry is not None:
                    field = "bbox" if only_boxes else "segmentation"
                    what = annotated({field: entry}, self._target, self._dropped(where))
            except ValueError as error:
                self.out.skip(f"{where}: {error}.")
                continue
            self.out.add(frame, key, label, what, where, occluded=occluded)


def _occluded(said: object, count: int) -> list[bool]:
    """For each entry, whether OVIS says that the object is partly hidden: ``occlusion`` holds
    "no_occlusion", "slight_occlusion" or "severe_occlusion" (songbai.site/ovis).
    """
    words = said if isinstance(said, list) and len(said) == count else [None] * count
    return [word in ("slight_occlusion", "severe_occlusion") for word in words]


def _check_size(video: Mapping[str, Any], target: ImportTarget, shown: str) -> None:
    width, height = video.get("width"), video.get("height")
    fits = (width, height) == (target.width, target.height)
    if not fits and None not in (width, height):
        raise LabelsError(
            tr(
                "{shown}: its video is {width}x{height}, but this one is {width_2}x{height_2}.",
                shown=shown,
                width=width,
                height=height,
                width_2=target.width,
                height_2=target.height,
            )
        )


YOUTUBE_VIS = ImportFormat(
    name="youtube-vis",
    title="YouTube-VIS (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=(
        "masks (RLE or polygons), or boxes where a track has no masks",
        "object ids (track ids)",
        "labels",
        "where an object is absent (null)",
    ),
    loses=("areas and scores",),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several", ""),
        OptionSpec("video", "Video, where the file holds several (name or id)", ""),
        OptionSpec("absent", "Read null as absent, not as unlabelled", True),
        *NAME_OPTIONS,
    ),
)
"""YouTube-VIS."""
