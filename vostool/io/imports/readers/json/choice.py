"""Which file of a folder, and which video of a file, a reader reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from vostool.errors import LabelsError
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.collector import some, whole
from vostool.io.imports.readers.json.text import kind
from vostool.io.imports.readers.label_tree import LabelTree
from vostool.words import tr


def chosen_file(tree: LabelTree, wanted: str, given: str) -> str:
    """The one file of a kind: the given one, the only one, or the only ``instances*.json``.

    Raises:
        LabelsError: there is none, or there are several to choose from.
    """
    if given:
        named = [n for n in tree.files if given in (n, PurePosixPath(n).name)]
        if not named:
            raise LabelsError(
                tr("'{path_name}' holds no file '{given}'.", path_name=tree.path.name, given=given)
            )
        return named[0]
    if tree.path.is_file() and tree.files == (tree.path.name,):
        return tree.files[0]
    found = [name for name in tree.ending(".json") if kind(tree, name) == wanted]
    instances = [name for name in found if PurePosixPath(name).name.startswith("instances")]
    for names in (found, instances):
        if len(names) == 1:
            return names[0]
    if not found:
        raise LabelsError(
            tr("'{path_name}' holds no {wanted} file.", path_name=tree.path.name, wanted=wanted)
        )
    raise LabelsError(
        tr(
            "'{path_name}' holds {count} {wanted} files ({some}); choose "
            "one with the option 'file'.",
            path_name=tree.path.name,
            count=len(found),
            wanted=wanted,
            some=some(found),
        )
    )


def records(data: object, name: str, shown: str) -> list[dict[str, Any]]:
    """The list of objects under a name of the file's object; empty where it is missing.

    Raises:
        LabelsError: the file is no object, or what stands there is no list of objects.
    """
    if not isinstance(data, dict):
        raise LabelsError(
            tr("{shown} is no JSON object, so no labels of this format.", shown=shown)
        )
    found = data.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise LabelsError(
            tr("{shown}: '{name}' must be a list of objects.", shown=shown, name=name)
        )
    return found


def chosen_video(videos: Sequence[Mapping[str, Any]], given: str, shown: str) -> object:
    """The id of the video to read, by id or name; None where the file knows no videos.

    Raises:
        LabelsError: there is no such video, or there are several to choose from.
    """
    names = [str(video.get("name") or video.get("id")) for video in videos]
    if given:
        for video, name in zip(videos, names, strict=True):
            if given in (name, str(video.get("id"))):
                return video.get("id")
        raise LabelsError(
            tr(
                "{shown} holds no video '{given}', but {some}.",
                shown=shown,
                given=given,
                some=some(names) or "none",
            )
        )
    if len(videos) > 1:
        raise LabelsError(
            tr(
                "{shown} holds {count} videos ({some}); choose one with the option 'video'.",
                shown=shown,
                count=len(videos),
                some=some(names),
            )
        )
    return videos[0].get("id") if videos else None


def check_size(width: object, height: object, target: ImportTarget, shown: str) -> None:
    """Compare what a file says of its video's size, where it says one, with the target's.

    Raises:
        LabelsError: they differ.
    """
    size = whole(width), whole(height)
    if None not in size and size != (target.width, target.height):
        raise LabelsError(
            tr(
                "{shown}: its video is {size}x{size_2}, but this one is {width}x{height}.",
                shown=shown,
                size=size[0],
                size_2=size[1],
                width=target.width,
                height=target.height,
            )
        )
