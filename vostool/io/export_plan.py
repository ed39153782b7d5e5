"""From a project and options to the frames that an export writes, one after the other."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from vostool.errors import ExportError, SourceError, UsageError
from vostool.frames import FrameSource, Image
from vostool.io.export_format import ExportOptions, FrameChoice, ImageFiles
from vostool.io.formats.box_rle import BoxPixels
from vostool.masks import MaskRecord
from vostool.objects import DEFAULT_LABEL, AnnotatedObject
from vostool.project import Project

ENDINGS = {ImageFiles.NONE: ".jpg", ImageFiles.JPEG: ".jpg", ImageFiles.PNG: ".png"}


class ExportMask:
    """A mask with at least one pixel, decoded once for all formats.

    Attributes:
        object: whose mask it is.
        record: as it stands in the project.
        area: pixels.
        bbox: tight (x, y, width, height).
    """

    def __init__(self, frame: int, obj: AnnotatedObject, record: MaskRecord) -> None:
        self.object = obj
        self.record = record
        self.area = record.mask.area
        self.bbox = record.mask.bbox
        self._frame = frame

    @cached_property
    def box(self) -> BoxPixels:
        """The pixels in the tight box.

        Raises:
            ExportError: the mask's code is damaged.
        """
        try:
            return BoxPixels.of(self.record.mask)
        except ValueError as error:
            raise ExportError(
                f"The mask of object {self.object.id} on frame {self._frame} is damaged ({error}); "
                "delete it or track the frame again."
            ) from None


@dataclass(frozen=True)
class ExportFrame:
    """One frame as the writers see it.

    Attributes:
        index: absolute frame number in the source, from 0.
        name: file name without ending, unique in the export.
        file_name: the picture's file name; written or not.
        masks: by ascending object id, only those with pixels.
    """

    index: int
    name: str
    file_name: str
    masks: tuple[ExportMask, ...]


@dataclass(frozen=True)
class ExportPlan:
    """What is exported, fixed before the first file is written.

    Attributes:
        project: the snapshot.
        video: the source's name without ending, safe as a folder name.
        source_name: the source's file or folder name.
        from_images: the source is a folder of images.
        width, height: of every frame, pixels.
        first, last, every: the range asked for, inclusive.
        frames: absolute numbers of the frames to write, ascending.
        objects: the chosen objects by ascending id; each has a label.
        ending: of picture files that are written, ".jpg" where none are.
        names: file name without ending by frame, where it is not ``frame_%06d``.
        endings: endings of the person's own image files by frame, where no pictures are written.
        warnings: what the person should know.
    """

    project: Project
    video: str
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
    names: Mapping[int, str]
    endings: Mapping[int, str]
    warnings: tuple[str, ...]

    def name(self, index: int) -> str:
        """File name of a frame without ending."""
        return self.names.get(index, f"frame_{index:06d}")

    def frame(self, index: int) -> ExportFrame:
        """Everything about one frame to write.

        Raises:
            ExportError: a mask has another size than the source.
        """
        masks = []
        for obj in self.objects:
            record = self.project.masks.get(index, obj.id)
            if record is None:
                continue
            mask = record.mask
            if (mask.width, mask.height) != (self.width, self.height):
                raise ExportError(
                    f"The mask of object {obj.id} on frame {index} is {mask.width}x{mask.height}, "
                    f"but the frame is {self.width}x{self.height}; delete it or track it again."
                )
            if not mask.is_empty:
                masks.append(ExportMask(index, obj, record))
        name = self.name(index)
        file_name = name + self.endings.get(index, self.ending)
        return ExportFrame(index, name, file_name, tuple(masks))

    def first_appearances(self) -> dict[int, int]:
        """The first written frame with a non-empty mask, by id, of objects that have one."""
        found: dict[int, int] = {}
        for obj in self.objects:
            row = self.project.masks.row(obj.id)
            for frame in self.frames:
                record = row.get(frame)
                if record is not None and not record.mask.is_empty:
                    found[obj.id] = frame
                    break
        return found


def make_plan(project: Project, source: FrameSource, options: ExportOptions) -> ExportPlan:
    """Choose frames, objects and names.

    Raises:
        UsageError: the range or an object id is not in the project.
        ExportError: nothing is left to write.
    """
    info = source.info
    last = info.frame_count - 1 if options.last is None else options.last
    if not 0 <= options.first <= last < info.frame_count:
        raise UsageError(
            f"Frames {options.first} to {last} are not all in the source, "
            f"which has 0 to {info.frame_count - 1}."
        )
    warnings: list[str] = []
    objects = _chosen_objects(project, options, warnings)
    frames = _chosen_frames(project, objects, options, range(options.first, last + 1))
    if not frames:
        raise ExportError(_nothing(options.frames))
    beyond = sum(1 for frame in project.masks.frames() if frame >= info.frame_count)
    if beyond:
        warnings.append(f"{beyond} labelled frames lie beyond the end of the source: left out.")
    from_images = info.kind == "images"
    names = _image_names(source, frames, warnings) if from_images else {}
    own_files = from_images and options.images is ImageFiles.NONE
    return ExportPlan(
        project=project,
        video=safe_name(info.path.name if from_images else info.path.stem),
        source_name=info.path.name,
        from_images=from_images,
        width=info.width,
        height=info.height,
        first=options.first,
        last=last,
        every=options.every,
        frames=tuple(frames),
        objects=objects,
        ending=ENDINGS[options.images],
        names=names,
        endings=_endings(info.path, names) if own_files else {},
        warnings=tuple(warnings),
    )


def safe_name(name: str) -> str:
    """A file or folder name that every system takes."""
    cleaned = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name).rstrip(" .")
    return cleaned or "video"


def _chosen_objects(
    project: Project, options: ExportOptions, warnings: list[str]
) -> tuple[AnnotatedObject, ...]:
    wanted = project.objects.keys() if options.object_ids is None else set(options.object_ids)
    unknown = sorted(set(wanted) - project.objects.keys())
    if unknown:
        known = ", ".join(str(oid) for oid in project.objects) or "none"
        raise UsageError(f"There is no object {unknown[0]} in the project; it has {known}.")
    chosen = []
    for obj in project.objects.values():
        if obj.id not in wanted:
            continue
        if not obj.label.strip():
            warnings.append(f"Object {obj.id} has no label; it is written as {DEFAULT_LABEL!r}.")
            obj = replace(obj, label=DEFAULT_LABEL)  # noqa: PLW2901 - the same object, named
        chosen.append(obj)
    return tuple(chosen)


def _chosen_frames(
    project: Project,
    objects: tuple[AnnotatedObject, ...],
    options: ExportOptions,
    span: range,
) -> list[int]:
    grid = span[:: options.every]
    if options.frames is FrameChoice.ALL:
        return list(grid)
    ids = {obj.id for obj in objects}
    if options.frames is FrameChoice.PROMPTED:
        return sorted({f for f, oid in project.prompts if oid in ids and f in grid})
    rows = [project.masks.row(oid) for oid in ids]
    labelled = sorted({frame for row in rows for frame in row if frame in grid})
    if options.frames is FrameChoice.LABELLED:
        return labelled
    return [f for f in labelled if all(row[f].confirmed for row in rows if f in row)]


def _nothing(choice: FrameChoice) -> str:
    reason = {
        FrameChoice.LABELLED: "no mask of a chosen object; track first or choose other frames",
        FrameChoice.ALL: "no frame; choose a longer range",
        FrameChoice.PROMPTED: "no prompt of a chosen object; choose all labelled frames",
        FrameChoice.CONFIRMED: "no frame with all masks confirmed; confirm some or choose all",
    }[choice]
    return f"There is nothing to export: the chosen range holds {reason}."


def _image_names(source: FrameSource, frames: list[int], warnings: list[str]) -> dict[int, str]:
    """Names of image files, made unique where only the ending or the case told them apart."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    renamed = 0
    for frame in frames:
        name = re.sub(r"[/\\\x00-\x1f]", "_", source.name(frame)) or "image"
        if name.casefold() in taken:
            name = f"{name}_{frame:06d}"
            renamed += 1
        taken.add(name.casefold())
        names[frame] = name
    if renamed:
        warnings.append(f"{renamed} images share a name but for the ending: a number was added.")
    return names


def _endings(folder: Path, names: Mapping[int, str]) -> dict[int, str]:
    """Endings of the images that bear these names, where there is exactly one."""
    found: dict[str, list[str]] = {}
    for entry in os.scandir(folder):
        stem, ending = os.path.splitext(entry.name)
        found.setdefault(stem, []).append(ending)
    return {f: found[name][0] for f, name in names.items() if len(found.get(name, ())) == 1}


def encode_picture(picture: Image, options: ExportOptions) -> bytes:
    """A JPEG or PNG file of an RGB picture (H, W, 3) uint8."""
    jpeg = options.images is ImageFiles.JPEG
    parameters = [cv2.IMWRITE_JPEG_QUALITY, options.jpeg_quality] if jpeg else []
    bgr = np.ascontiguousarray(picture[:, :, ::-1])
    done, data = cv2.imencode(".jpg" if jpeg else ".png", bgr, parameters)
    if not done:
        raise ExportError("The picture could not be encoded; choose another image format.")
    return bytes(data)


def pictures(
    source: FrameSource, plan: ExportPlan, options: ExportOptions, warnings: list[str]
) -> Iterator[tuple[ExportFrame, bytes | None]]:
    """The frames to write with their picture files, or None where no picture is asked for.

    A frame whose picture is asked for and cannot be decoded is left out, with a warning.
    """
    for index in plan.frames:
        data = None
        if options.images is not ImageFiles.NONE:
            try:
                data = encode_picture(source.frame(index), options)
            except SourceError as error:
                warnings.append(f"Frame {index} was left out: {error}")
                continue
        yield plan.frame(index), data
