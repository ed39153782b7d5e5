"""From a project and options to the frames of one video that an export writes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from vostool.errors import ExportError, UsageError
from vostool.frames import FrameSource, SourceInfo
from vostool.io.exports.choice import chosen_frames, chosen_objects, nothing_left
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.names import image_endings, image_names, safe_name
from vostool.io.exports.options import ExportOptions, ImageFiles, named
from vostool.masks.cleaning import Cleaning
from vostool.project.changes import Json
from vostool.project.frame_values import FrameValues
from vostool.project.mask_notes import is_occluded
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.project_labels import typed_attributes
from vostool.project.stacking import front_to_back
from vostool.words import tr

ENDINGS = {ImageFiles.NONE: ".jpg", ImageFiles.JPEG: ".jpg", ImageFiles.PNG: ".png"}


@dataclass(frozen=True)
class ExportPlan:
    """What is exported of one video, fixed before the first file is written.

    Attributes:
        project: the snapshot.
        source: the project's frames, for pictures, times and the rate (``source.info``).
        video: name of the video, unique in the data set and safe as a folder name.
        number: of the video in the data set, from 1.
        folder: ``"<video>/"`` where the data set holds several videos, else "".
        object_ids: the id in the data set of each object of the project, by its id in the
            project; the same ids where there is one video.
        source_name: the source's file or folder name.
        from_images: the source is a folder of images.
        width, height: of every frame, pixels.
        first, last, every: the range asked for, inclusive.
        frames: absolute numbers of the frames to write, ascending.
        objects: the chosen objects by ascending id; each has a label.
        ending: of picture files that are written, ".jpg" where none are.
        pattern: the person's file name pattern, or "".
        names: file name without ending by frame, where it is not ``frame_%06d``; before the
            pattern.
        endings: endings of the person's own image files by frame, where no pictures are written.
        cleaning: how masks are tidied.
        polygon_tolerance: pixels, for writers of polygons.
        subsets: (first frame, name of the part) by ascending frame; one entry with "" where the
            data set is not split.
        warnings: what the person should know.
    """

    project: Project
    source: FrameSource
    video: str
    number: int
    folder: str
    object_ids: Mapping[int, int]
    source_name: str
    from_images: bool
    width: int
    height: int
    first: int
    last: int
    every: int
    frames: tuple[int, ...]
    objects: tuple[AnnotatedObject, ...]
    ending: str
    pattern: str
    names: Mapping[int, str]
    endings: Mapping[int, str]
    cleaning: Cleaning
    polygon_tolerance: float
    subsets: tuple[tuple[int, str], ...]
    warnings: tuple[str, ...]

    def name(self, index: int) -> str:
        """File name of a frame without ending."""
        own = self.names.get(index, f"frame_{index:06d}")
        return named(self.pattern, self.video, index, own) if self.pattern else own

    def file_name(self, index: int) -> str:
        """File name of a frame's picture."""
        return self.name(index) + self.endings.get(index, self.ending)

    def subset(self, index: int) -> str:
        """The part of the data set that a frame belongs to."""
        place = bisect_right(self.subsets, index, key=lambda entry: entry[0])
        return self.subsets[max(place - 1, 0)][1]

    def mask(self, index: int, obj: AnnotatedObject) -> ExportMask | None:
        """One mask as it is written, or None where there is none or nothing is left of it.

        Raises:
            ExportError: the mask has another size than the source, or is damaged.
        """
        record = self.project.masks.get(index, obj.id)
        if record is None:
            return None
        mask = record.mask
        if (mask.width, mask.height) != (self.width, self.height):
            raise ExportError(
                tr(
                    "The mask of object {id} on frame {index} is {width}x{height}, "
                    "but the frame is {width_2}x{height_2}; delete it or track it "
                    "again.",
                    id=obj.id,
                    index=index,
                    width=mask.width,
                    height=mask.height,
                    width_2=self.width,
                    height_2=self.height,
                )
            )
        if mask.is_empty:
            return None
        number = self.object_ids[obj.id]
        hidden = is_occluded(self.project, index, obj.id)
        here = self.values.at(obj, index)
        found = ExportMask(index, here, record, number, self.polygon_tolerance, occluded=hidden)
        return found if not self.cleaning or found.clean(self.cleaning) else None

    def masks(self, index: int) -> tuple[ExportMask, ...]:
        """All masks of a frame by ascending object id.

        Raises:
            ExportError: as :meth:`mask`.
        """
        found = (self.mask(index, obj) for obj in self.objects)
        return tuple(mask for mask in found if mask is not None)

    def attributes(self, obj: AnnotatedObject) -> dict[str, Json]:
        """An object's attributes by name; check boxes and numbers are no texts."""
        return typed_attributes(self.project, obj)

    @cached_property
    def values(self) -> FrameValues:
        """What attributes are on a frame."""
        return FrameValues(self.project)

    @cached_property
    def depth(self) -> dict[int, int]:
        """How many of the project's objects are in front of each one, by project id."""
        return {oid: depth for depth, oid in enumerate(front_to_back(self.project))}

    @cached_property
    def z_order(self) -> dict[int, int]:
        """Layers by the object's id in the data set, from 0; the largest one is in front."""
        last = len(self.depth) - 1
        return {self.object_ids[oid]: last - depth for oid, depth in self.depth.items()}

    def first_appearances(self) -> dict[int, int]:
        """The first written frame with a mask of each object that has one, by project id."""
        found: dict[int, int] = {}
        for obj in self.objects:
            row = self.project.masks.row(obj.id)
            for frame in self.frames:
                if frame in row and self.mask(frame, obj) is not None:
                    found[obj.id] = frame
                    break
        return found


def make_plan(
    project: Project, source: FrameSource, options: ExportOptions, name: str = ""
) -> ExportPlan:
    """Choose frames, objects and names of one video, as if it were alone in its data set.

    Args:
        name: of the video; "" for the source's own.

    Raises:
        UsageError: the range is not in the source, or the pattern repeats a name.
        ExportError: nothing is left to write.
    """
    info = source.info
    last = info.frame_count - 1 if options.last is None else options.last
    if not 0 <= options.first <= last < info.frame_count:
        raise UsageError(
            tr(
                "Frames {first} to {last} are not all in the source, which has 0 to {frame_count}.",
                first=options.first,
                last=last,
                frame_count=info.frame_count - 1,
            )
        )
    warnings: list[str] = []
    objects = chosen_objects(project, options, warnings)
    frames = chosen_frames(project, objects, options, range(options.first, last + 1))
    if not frames:
        raise ExportError(nothing_left(options.frames))
    beyond = sum(1 for frame in project.masks.frames() if frame >= info.frame_count)
    if beyond:
        warnings.append(
            tr(
                "{beyond} labelled frames lie beyond the end of the source: left out.",
                beyond=beyond,
            )
        )
    names = image_names(source, frames, warnings) if info.kind != "video" else {}
    own_files = names and options.images is ImageFiles.NONE and not options.pattern
    plan = ExportPlan(
        project=project,
        source=source,
        video=safe_name(name or own_name(info)),
        number=1,
        folder="",
        object_ids={oid: oid for oid in project.objects},
        source_name=info.path.name,
        from_images=info.kind == "images",
        width=info.width,
        height=info.height,
        first=options.first,
        last=last,
        every=options.every,
        frames=tuple(frames),
        objects=objects,
        ending=ENDINGS[options.images],
        pattern=options.pattern,
        names=names,
        endings=image_endings(info.path, names) if own_files else {},
        cleaning=Cleaning(options.fill_holes, options.drop_specks, options.min_area),
        polygon_tolerance=options.polygon_tolerance,
        subsets=((0, ""),),
        warnings=tuple(warnings),
    )
    _check_names(plan)
    return plan


def own_name(info: SourceInfo) -> str:
    """What a source is called: its file's name without ending, or its folder's name."""
    return info.path.stem if info.kind == "video" else info.path.name


def _check_names(plan: ExportPlan) -> None:
    if not plan.pattern or "{frame" in plan.pattern:
        return
    names = {plan.name(frame).casefold() for frame in plan.frames}
    if len(names) < len(plan.frames):
        raise UsageError(
            tr(
                "The file name pattern {pattern!r} gives several frames one "
                "name; add {{frame:06d}}.",
                pattern=plan.pattern,
            )
        )
