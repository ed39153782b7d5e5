"""CVAT's XML 1.1, video flavour: tracks of boxes or polygons, or masks frame by frame.

A true track has a keyframe on every frame, so that CVAT interpolates nothing, and one with
``outside="1"`` where the object goes away; the last frame needs none, and one beyond it makes CVAT
refuse the file. CVAT has no mask tracks: one of many frames silently becomes its first shape. So
masks go out as CVAT writes them itself, one track for each object and frame with an ``outside``
copy on the next frame below the stop frame. Frame numbers are absolute. Format: docs.cvat.ai,
"CVAT for video 1.1", and the importer of the 2.73 line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.cvat.meta import CvatLabels, quoted, source_of, text
from vostool.io.exports.formats.cvat.shapes import TRACKED, Shape, ShapeMaker
from vostool.io.exports.formats.spool import Spool
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionValue
from vostool.project.objects import AnnotatedObject
from vostool.words import tr

MAIN = "annotations.xml"
_SINGLE_FRAMES = (
    "CVAT has no mask tracks: every mask is a track of one frame, whose object is known by its "
    "object_id attribute only after an import; cvat-images keeps masks better, also in a task "
    "made from a video."
)

TrackKey = tuple[int, int]
"""The object's id in the data set, and the rank of the part by size."""


class CvatVideoWriter:
    """One file a video, in folders where there are several; tracks wait in a spool."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._dataset = dataset
        self._folder = folder
        self._masks = values["shape"] == "mask"
        self._shapes = ShapeMaker(str(values["shape"]))
        self._labels = CvatLabels(dataset)
        self._warnings = [_SINGLE_FRAMES] if self._masks else []
        if any(len(plan.subsets) > 1 for plan in dataset.videos):
            self._warnings.append(
                tr(
                    "A file holds a whole video, so its frames are not split; "
                    "split by video, or export cvat-images."
                )
            )
        self._spool = Spool(folder.path)
        self._file: _VideoFile | None = None

    def write(self, frame: ExportFrame) -> None:
        if self._file is None or self._file.plan is not frame.plan:
            self._finish_video()
            handle = self._folder.open(frame.plan.folder + MAIN)
            self._file = _VideoFile(frame.plan, handle, self._labels, self._spool)
        shapes = [(mask, self._shapes.shapes(mask)) for mask in frame.masks]
        if self._masks:
            self._file.write_masks(frame.index, shapes)
        else:
            self._file.write_tracks(frame.index, shapes)

    def picture_path(self, frame: ExportFrame) -> str:
        return f"{frame.plan.folder}images/{frame.file_name}"

    def finish(self) -> list[str]:
        self._finish_video()
        self.close()
        return [*self._labels.warnings, *self._warnings, *self._shapes.warnings()]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._spool.close()

    def _finish_video(self) -> None:
        if self._file is not None:
            self._warnings += self._file.finish()


class _VideoFile:
    """The file of one video."""

    def __init__(
        self, plan: ExportPlan, handle: IO[bytes], labels: CvatLabels, spool: Spool
    ) -> None:
        self.plan = plan
        self._handle = handle
        self._labels = labels
        self._spool = spool
        self._objects = {plan.object_ids[obj.id]: obj for obj in plan.objects}
        self._tracks = 0
        self._sources: dict[TrackKey, str] = {}
        self._alive: dict[TrackKey, tuple[int, ExportMask, Shape]] = {}
        head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>'
        self._put(f"{head}\n{_meta(plan, labels)}".encode())

    def write_masks(self, frame: int, shapes: list[tuple[ExportMask, list[Shape]]]) -> None:
        """A track of its own for each shape."""
        for mask, (shape,) in shapes:
            elements = self._element(mask, shape, frame)
            if frame + self.plan.every < self.plan.last:
                elements += self._element(mask, shape, frame + self.plan.every, outside=True)
            self._put(self._track(mask.id, source_of(mask.record)) + elements + b"\n</track>")

    def write_tracks(self, frame: int, shapes: list[tuple[ExportMask, list[Shape]]]) -> None:
        """A keyframe for each shape, and one outside for each that is gone."""
        here = {
            (mask.id, rank): (frame, mask, shape)
            for mask, parts in shapes
            for rank, shape in enumerate(parts)
        }
        self._close_tracks({key: place for key, (place, _, _) in here.items()})
        for mask, parts in shapes:
            for rank, shape in enumerate(parts):
                self._spool.add((mask.id, rank), self._element(mask, shape, frame))
                source = source_of(mask.record)
                if self._sources.setdefault((mask.id, rank), source) != source:
                    self._sources[mask.id, rank] = "auto"
        self._alive = here

    def finish(self) -> list[str]:
        """Write the tracks and close the file; returns warnings."""
        longer = self._close_tracks({})
        for key in sorted(self._sources):
            self._handle.write(self._track(key[0], self._sources[key]))
            for piece in self._spool.take(key):
                self._handle.write(piece)
            self._put(b"\n</track>")
        self._put(b"</annotations>")
        self.close()
        if not longer:
            return []
        return [
            tr(
                "{longer} tracks of {video} are seen on the last frame of the "
                "range; in a CVAT task that is longer they go on to its end.",
                longer=longer,
                video=self.plan.video,
            )
        ]

    def close(self) -> None:
        self._handle.close()

    def _close_tracks(self, here: Mapping[TrackKey, int]) -> int:
        """End the tracks that are not there on the next frame of the grid.

        Returns:
            Tracks that cannot end, because the range ends before the video does.
        """
        longer = 0
        for key, (frame, mask, shape) in self._alive.items():
            after = frame + self.plan.every
            if here.get(key) == after:
                continue
            if after <= self.plan.last:
                self._spool.add(key, self._element(mask, shape, after, outside=True))
            else:
                longer += after < self.plan.source.info.frame_count
        self._alive = {}
        return longer

    def _track(self, object_id: int, source: str) -> bytes:
        label = quoted(self._object(object_id).label)
        head = f'<track id="{self._tracks}" label={label} source="{source}"'
        self._tracks += 1
        return f'{head} group_id="{object_id}">'.encode()

    def _object(self, object_id: int) -> AnnotatedObject:
        return self._objects[object_id]

    def _element(
        self, mask: ExportMask, shape: Shape, frame: int, *, outside: bool = False
    ) -> bytes:
        hidden = mask.occluded and not outside
        return (
            f'\n<{shape.tag} frame="{frame}" keyframe="1" outside="{outside:d}" '
            f'occluded="{hidden:d}" '
            f'{shape.geometry} z_order="{self.plan.z_order[mask.id]}">'
            f"{self._labels.attributes(mask.id, mask.object)}</{shape.tag}>"
        ).encode()

    def _put(self, data: bytes) -> None:
        self._handle.write(data + b"\n")


def _meta(plan: ExportPlan, labels: CvatLabels) -> str:
    step = f"step={plan.every}" if plan.every > 1 else ""
    size = len(range(plan.first, plan.last + 1, plan.every))
    parts = {name for _, name in plan.subsets}
    subset = parts.pop() if len(parts) == 1 else ""
    return "\n".join(
        [
            f"<meta><task><name>{text(plan.video)}</name><size>{size}</size>",
            "<mode>interpolation</mode><overlap>0</overlap>",
            f"<start_frame>{plan.first}</start_frame><stop_frame>{plan.last}</stop_frame>",
            f"<frame_filter>{step}</frame_filter><subset>{subset}</subset>",
            labels.declared(),
            f"<original_size><width>{plan.width}</width><height>{plan.height}</height>"
            "</original_size>",
            f"<source>{text(plan.source_name)}</source>",
            "</task></meta>",
        ]
    )


CVAT_VIDEO = ExportFormat(
    name="cvat-video",
    title="CVAT for video 1.1 (XML)",
    main=MAIN,
    suffix=".xml",
    keeps=(
        "tracks of boxes or polygons, every frame a keyframe",
        "exact masks, as tracks of one frame each",
        "object ids (group_id and an object_id attribute)",
        "labels with colours",
        "attributes, with a value a frame where they are mutable",
        "what is occluded",
        "absolute frame numbers",
    ),
    loses=(
        "tracks of masks (CVAT has none)",
        "holes, where polygons are chosen",
        "the difference between absent and not labelled",
        "parts of a split by time",
        "prompts",
        "scores and confirmations",
    ),
    open=CvatVideoWriter,
    options=(TRACKED,),
    frame_values=True,
)
