"""Supervisely: a JSON file a video with objects and figures on frames, and a JSON file a picture.

Frames of a video count from 0 (``frames[].index``); a figure belongs to the object of its
``objectKey``. Pictures' objects have no identity. Tags are attributes, ``meta.json`` has the
colours of classes. Format: developer.supervisely.com, "Supervisely annotation format".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, whole
from vostool.io.imports.readers.frame_names import NAME_OPTIONS
from vostool.io.imports.readers.identities import identity, is_occluded
from vostool.io.imports.readers.json.choice import chosen_file
from vostool.io.imports.readers.json.frames import FrameFile, FrameFiles, listed
from vostool.io.imports.readers.json.supervisely_figures import figure
from vostool.io.imports.readers.json.text import (
    SUPERVISELY_IMAGE,
    SUPERVISELY_VIDEO,
    is_single,
    kinds,
)
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import LabelTree, open_tree
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.colours import Colour
from vostool.progress import Progress
from vostool.project.objects import DEFAULT_LABEL
from vostool.words import tr


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read a video's file, or those of pictures.

    Raises:
        LabelsError: the video has another size, there are several videos to choose from, or
            nothing in the files fits the target.
    """
    with open_tree(path) as tree:
        labels = _labels(tree)
        if SUPERVISELY_VIDEO in kinds(path).values():
            name = chosen_file(tree, SUPERVISELY_VIDEO, str(values["file"]))
            out = Collector(tree.shown(name), target)
            _read_video(parse(tree, name), out, progress)
            return out.result(labels)
        out = Collector(f"'{path.name}'", target)
        for file in FrameFiles(tree, SUPERVISELY_IMAGE, out, values).each(progress):
            _read_picture(file, out)
        return out.result(labels)


def _read_video(data: object, out: Collector, progress: Progress) -> None:
    if not isinstance(data, dict):
        raise LabelsError(tr("The file is no Supervisely video."))
    _check_size(data.get("size"), out.target)
    tracks = {}
    for number, entry in enumerate(_fields(data.get("objects")), 1):
        track = ("object", number)
        label = str(entry.get("classTitle") or DEFAULT_LABEL)
        out.declare(track, label, number, out.attributes(label, _tags(entry.get("tags"))))
        for key in ("key", "id"):
            if entry.get(key) is not None:
                tracks[str(entry[key])] = track, label
    frames = _fields(data.get("frames"))
    shown = []
    for row, entry in enumerate(frames):
        progress(row, len(frames), "frames")
        frame = whole(entry.get("index"))
        if frame is None or not 0 <= frame < out.target.frame_count:
            out.skip(f"frame {entry.get('index')}: this video has no such frame.")
            continue
        shown.append((f"index {frame}", frame))
        for part in _fields(entry.get("figures")):
            key = str(part.get("objectKey") or part.get("objectId"))
            _add(part, frame, tracks.get(key, (None, DEFAULT_LABEL)), out)
    out.tell_examples(shown)


def _add(part: Mapping[str, Any], frame: int, owner: tuple[Any, str], out: Collector) -> None:
    track, label = owner
    where = f"figure {part.get('key') or part.get('id')} on frame {frame}"
    geometry = part.get("geometry")
    kind = str(part.get("geometryType"))
    try:
        what = figure(kind, geometry if isinstance(geometry, dict) else {}, out.target)
    except ValueError as error:
        out.skip(f"{where}: {error}.")
        return
    out.add(frame, track, label, what, where, depth=whole(part.get("priority")) or 0)


def _read_picture(file: FrameFile, out: Collector) -> None:
    for number, entry in enumerate(_fields(file.value.get("objects")), 1):
        where = f"{file.name}, object {number}"
        label = str(entry.get("classTitle") or DEFAULT_LABEL)
        try:
            what = figure(str(entry.get("geometryType")), entry, out.target)
        except ValueError as error:
            out.skip(f"{where}: {error}.")
            continue
        tags = _tags(entry.get("tags"))
        own = out.attributes(label, tags)
        oid = identity(tags, {"instance_id": entry.get("instance")})
        track = None if oid is None else out.identify(oid, label, own)
        hidden = is_occluded(tags)
        out.add(file.frame, track, label, what, where, attributes=own, occluded=hidden)


def _tags(given: object) -> dict[str, object]:
    """Values by name; a tag without a value is there or not, which is a check box."""
    tags = [tag for tag in _fields(given) if tag.get("name")]
    return {str(t["name"]): True if t.get("value") is None else t["value"] for t in tags}


def _fields(value: object) -> Sequence[Mapping[str, Any]]:
    return [entry for entry in listed(value) if isinstance(entry, dict)]


def _check_size(size: object, target: ImportTarget) -> None:
    given = size if isinstance(size, dict) else {}
    width, height = whole(given.get("width")), whole(given.get("height"))
    if None not in (width, height) and (width, height) != (target.width, target.height):
        raise LabelsError(
            tr(
                "The labels are of a video of {width}x{height}, but this one "
                "is {width_2}x{height_2}.",
                width=width,
                height=height,
                width_2=target.width,
                height_2=target.height,
            )
        )


def _labels(tree: LabelTree) -> list[ImportedLabel]:
    """The classes of ``meta.json``; a damaged one only costs the colours."""
    for name in tree.files:
        if PurePosixPath(name).name == "meta.json" and tree.path.is_dir():
            try:
                value = parse(tree, name)
            except LabelsError:
                return []
            classes: Iterable[Mapping[str, Any]] = ()
            if isinstance(value, dict):
                classes = _fields(value.get("classes"))
            return [
                ImportedLabel(str(entry.get("title")), _colour(entry.get("color")))
                for entry in classes
                if entry.get("title")
            ]
    return []


def _colour(value: object) -> Colour | None:
    if not isinstance(value, str) or not re.fullmatch("#[0-9a-fA-F]{6}", value):
        return None
    red, green, blue = bytes.fromhex(value[1:])
    return red, green, blue


SUPERVISELY = ImportFormat(
    name="supervisely",
    title="Supervisely (JSON of a video or of pictures)",
    suffixes=(".json", ".zip", ""),
    keeps=(
        "bitmaps, polygons and ellipses as masks",
        "rectangles as boxes",
        "objects of a video",
        "labels with colours (meta.json), tags as attributes",
    ),
    loses=("points, lines, graphs and cuboids", "tags of frames"),
    detect=lambda path: any(is_single(path, k) for k in (SUPERVISELY_VIDEO, SUPERVISELY_IMAGE)),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several videos", ""),
        *NAME_OPTIONS,
    ),
)
"""Supervisely."""
