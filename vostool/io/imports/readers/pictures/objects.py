"""What the file beside mask PNGs says about the objects in them.

``objects.json`` is this program's own, ``meta.json`` is YouTube-VOS'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.readers.collector import one_line, whole
from vostool.io.imports.readers.json_values import parse_bytes
from vostool.io.imports.readers.label_tree import LabelTree
from vostool.masks.colours import Colour
from vostool.project.objects import DEFAULT_LABEL
from vostool.words import tr

NAMES = ("objects.json", "meta.json")
_UP = 3
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class MaskObject:
    """One object.

    Attributes:
        number: its id in the program that wrote it; else that of the pictures.
        attributes: as the file has them.
        frames: names of the frames on which it is seen, or empty where the file does not say.
    """

    number: int
    label: str = DEFAULT_LABEL
    colour: Colour | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    frames: tuple[str, ...] = ()


def objects_beside(tree: LabelTree, video: str) -> dict[int, MaskObject] | None:
    """Objects by their id in the pictures, or None where no file tells.

    The file is looked for in the tree, and above a folder that is a part of a data set.

    Raises:
        LabelsError: the file is damaged, or does not name the video among several.
    """
    for shown, data in _candidates(tree):
        value = parse_bytes(data, shown)
        if isinstance(value, dict) and ("objects" in value or "videos" in value):
            return _objects(value, video, shown)
    return None


def _candidates(tree: LabelTree) -> Iterable[tuple[str, bytes]]:
    for wanted in NAMES:
        inside = [name for name in tree.files if PurePosixPath(name).name == wanted]
        for name in sorted(inside, key=len)[:1]:
            yield tree.shown(name), tree.read(name, _LARGEST)
    if tree.path.is_dir():
        for folder in tree.path.absolute().parents[:_UP]:
            for wanted in NAMES:
                path = folder / wanted
                if path.is_file() and path.stat().st_size <= _LARGEST:
                    yield f"'{path}'", path.read_bytes()


def _objects(value: Mapping[str, object], video: str, shown: str) -> dict[int, MaskObject]:
    videos = value.get("videos")
    if isinstance(videos, dict):
        entry = videos.get(video)
        if entry is None and len(videos) == 1:
            entry = next(iter(videos.values()))
        if not isinstance(entry, dict):
            raise LabelsError(
                tr("{shown} does not name the video '{video}'.", shown=shown, video=video)
            )
        value = entry
    listed = value.get("objects")
    if not isinstance(listed, dict):
        raise LabelsError(
            tr("{shown}: 'objects' must name the objects of '{video}'.", shown=shown, video=video)
        )
    found = {}
    for key, entry in listed.items():
        number = whole(key)
        if number is None or not isinstance(entry, dict):
            raise LabelsError(
                tr(
                    "{shown}: the object '{one_line}' of '{video}' is no number.",
                    shown=shown,
                    one_line=one_line(str(key), 40),
                    video=video,
                )
            )
        found[number] = _object(number, entry)
    return found


def _object(number: int, entry: Mapping[str, object]) -> MaskObject:
    label = entry.get("label") or entry.get("category") or DEFAULT_LABEL
    attributes = entry.get("attributes")
    frames = entry.get("frames")
    return MaskObject(
        whole(entry.get("object_id")) or number,
        str(label),
        _colour(entry.get("colour")),
        attributes if isinstance(attributes, dict) else {},
        tuple(str(f) for f in frames) if isinstance(frames, list) else (),
    )


def _colour(value: object) -> Colour | None:
    if not isinstance(value, Sequence) or len(value) != 3:
        return None
    red, green, blue = (whole(part) for part in value)
    if red is None or green is None or blue is None or not min(red, green, blue) >= 0:
        return None
    return (red, green, blue) if max(red, green, blue) < 256 else None
