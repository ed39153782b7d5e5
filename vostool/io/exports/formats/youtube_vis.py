"""YouTube-VIS: ``instances.json`` with one annotation a track, and ``JPEGImages/<video>/``.

Each annotation has ``segmentations``, ``bboxes`` and ``areas`` with one entry a frame of its video,
``null`` where the object is absent; ``width`` and ``height`` for TrackEval, and ``avg_area`` for
the YouTube-VIS API (YTVOSeval). Run lengths are column-major over the whole frame. They are lists
of numbers by default, as in YouTube-VIS' own files: TrackEval 1.3 stops at compressed strings in
ground truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.json_text import compact
from vostool.io.exports.formats.spool import Spool
from vostool.io.exports.frame import ExportFrame, subset_folder
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.coco_counts import run_lengths
from vostool.project.objects import AnnotatedObject

MAIN = "instances.json"
LISTS = ("segmentations", "bboxes", "areas")


class YoutubeVisWriter:
    """Collects a video's tracks on disk until it ends, all of them until the file ends."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._dataset = dataset
        self._folder = folder
        self._compressed = values["rle"] == "compressed"
        self._spool = Spool(folder.path)
        self._parts: set[tuple[str, str]] = set()
        self._clip: _Clip | None = None

    def write(self, frame: ExportFrame) -> None:
        clip = self._clip
        if clip is None or clip.plan is not frame.plan or clip.subset != frame.subset:
            self._finish_clip()
            clip = self._clip = _Clip(frame.plan, frame.subset, self._spool)
        clip.add(frame, self._compressed)

    def picture_path(self, frame: ExportFrame) -> str:
        return f"{frame.subset_folder}JPEGImages/{_file_name(frame)}"

    def finish(self) -> list[str]:
        self._finish_clip()
        for subset in self._dataset.subsets:
            with self._folder.open(subset_folder(subset) + MAIN) as file:
                self._write_file(file, subset)
        self.close()
        return []

    def close(self) -> None:
        self._spool.close()

    def _finish_clip(self) -> None:
        clip = self._clip
        if clip is None:
            return
        self._append("videos", clip.subset, [compact(clip.video())])
        for object_id in clip.tracks:
            entry = clip.annotation(object_id, self._dataset.classes)
            head = [compact(entry)[:-1]]
            self._append("annotations", clip.subset, head)
            for name in LISTS:
                self._spool.add(("annotations", clip.subset), f',"{name}":['.encode())
                for piece in clip.take(object_id, name):
                    self._spool.add(("annotations", clip.subset), piece)
                self._spool.add(("annotations", clip.subset), b"]")
            self._spool.add(("annotations", clip.subset), b"}")
        self._clip = None

    def _append(self, name: str, subset: str, pieces: list[bytes]) -> None:
        first = (name, subset) not in self._parts
        self._parts.add((name, subset))
        for piece in [b"\n" if first else b",\n", *pieces]:
            self._spool.add((name, subset), piece)

    def _write_file(self, file: IO[bytes], subset: str) -> None:
        names = ", ".join(plan.source_name for plan in self._dataset.videos)
        info = {"description": names, "version": "1.0"}
        categories = [
            {"id": number, "name": name, "supercategory": ""}
            for name, number in self._dataset.classes.items()
        ]
        file.write(b'{\n"info": ' + compact(info) + b',\n"licenses": [],\n"categories": ')
        file.write(compact(categories))
        for name in ("videos", "annotations"):
            file.write(f',\n"{name}": ['.encode())
            for piece in self._spool.take((name, subset)):
                file.write(piece)
            file.write(b"\n]")
        file.write(b"\n}\n")


class _Track:
    """What is kept in memory of a track; its lists of shapes are on disk."""

    def __init__(self) -> None:
        self.frames = 0
        self.seen = 0
        self.area = 0


class _Clip:
    """The frames of one video in one part of the data set."""

    def __init__(self, plan: ExportPlan, subset: str, spool: Spool) -> None:
        self.plan = plan
        self.subset = subset
        self.tracks: dict[int, _Track] = {}
        self._spool = spool
        self._names: list[str] = []
        self._objects: dict[int, AnnotatedObject] = {}

    def add(self, frame: ExportFrame, compressed: bool) -> None:
        for mask in frame.masks:
            track = self.tracks.setdefault(mask.id, _Track())
            self._objects.setdefault(mask.id, mask.object)
            self._pad(mask.id, track)
            values = (_rle(mask, compressed), list(mask.bbox), mask.area)
            for name, value in zip(LISTS, values, strict=True):
                self._entry(mask.id, name, compact(value), track.frames == 0)
            track.frames += 1
            track.seen += 1
            track.area += mask.area
        self._names.append(_file_name(frame))

    def video(self) -> dict[str, Any]:
        return {
            "id": self.plan.number,
            "name": self.plan.video,
            "width": self.plan.width,
            "height": self.plan.height,
            "length": len(self._names),
            "file_names": self._names,
        }

    def annotation(self, object_id: int, classes: Mapping[str, int]) -> dict[str, Any]:
        """Everything about a track but its lists; afterwards these are as long as the video."""
        track = self.tracks[object_id]
        self._pad(object_id, track)
        obj = self._objects[object_id]
        return {
            "id": object_id,
            "video_id": self.plan.number,
            "category_id": classes[obj.label],
            "iscrowd": 0,
            "width": self.plan.width,
            "height": self.plan.height,
            "length": len(self._names),
            "avg_area": track.area / track.seen,
            "attributes": self.plan.attributes(obj),
        }

    def take(self, object_id: int, name: str) -> Iterator[bytes]:
        return self._spool.take((object_id, name))

    def _pad(self, object_id: int, track: _Track) -> None:
        """Entries for the frames since the last one, on which the object was absent."""
        missing = len(self._names) - track.frames
        for name in LISTS:
            for number in range(missing):
                self._entry(object_id, name, b"null", track.frames + number == 0)
        track.frames += missing

    def _entry(self, object_id: int, name: str, value: bytes, first: bool) -> None:
        self._spool.add((object_id, name), value if first else b"," + value)


def _rle(mask: ExportMask, compressed: bool) -> dict[str, Any]:
    mask.box  # noqa: B018 - decoding proves that the code fits the frame
    stored = mask.record.mask
    numbers = run_lengths(stored.counts)
    counts = stored.counts.decode("ascii") if compressed else numbers.tolist()
    return {"size": [stored.height, stored.width], "counts": counts}


def _file_name(frame: ExportFrame) -> str:
    return f"{frame.plan.video}/{frame.file_name}"


YOUTUBE_VIS = ExportFormat(
    name="youtube-vis",
    title="YouTube-VIS (JSON)",
    main=MAIN,
    suffix=".json",
    keeps=(
        "exact masks with holes, parts and overlaps",
        "tracks with the object's id (annotations.id)",
        "labels",
        "attributes, with the values of the first frame",
    ),
    loses=(
        "frame numbers, but for the names of the pictures",
        "objects that are never seen",
        "the difference between absent and not labelled",
        "attribute values that change from frame to frame",
        "colours",
        "prompts",
        "scores and confirmations",
    ),
    open=YoutubeVisWriter,
    options=(OptionSpec("rle", "Run lengths", "uncompressed", ("uncompressed", "compressed")),),
)
