"""Label Studio's JSON and JSON-MIN: brushes, polygons, ellipses, rectangles, and boxes of a video.

Coordinates are percents of the picture. A video's rectangles are keyframes with frames from 1,
between which a box moves evenly while it is enabled. Regions of one id are one: what a ``choices``
or ``textarea`` says of it is an attribute. Format: labelstud.io/guide/task_format and
labelstud.io/guide/export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.identities import identity, is_occluded
from vostool.io.imports.readers.json.choice import chosen_file
from vostool.io.imports.readers.json.label_studio_regions import Region, regions_of
from vostool.io.imports.readers.json.label_studio_video import read_video
from vostool.io.imports.readers.json.text import LABEL_STUDIO as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress
from vostool.words import tr

_MEDIA = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".mp4", ".webm",
          ".mov", ".avi", ".mkv")  # fmt: skip
_NOT_RESULTS = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"}


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read the tasks of a file, or of the one in a folder or zip.

    Raises:
        LabelsError: several videos are there to choose from, or nothing fits the target.
    """
    with open_tree(path) as tree:
        name = chosen_file(tree, KIND, str(values["file"]))
        data = parse(tree, name)
        shown = tree.shown(name)
    entries = data if isinstance(data, list) else [data]
    out = Collector(shown, target)
    tasks = [_task(entry, out) for entry in entries if isinstance(entry, dict)]
    videos = [task for task in tasks if any(region.sequence for region in task.regions)]
    if videos:
        read_video(_one_video(videos, str(values["task"]), shown).regions, out, progress)
        return out.result()
    places = out.place([Picture(task.media) for task in tasks], values)
    for number, (task, frame) in enumerate(zip(tasks, places, strict=True)):
        progress(number, len(tasks), "tasks")
        _read_picture(task, frame, out)
    return out.result()


@dataclass(frozen=True, slots=True)
class _Task:
    """One task: its id, the name of its picture or video, and what was drawn."""

    id: str
    media: str
    regions: Sequence[Region]


def _task(entry: Mapping[str, Any], out: Collector) -> _Task:
    data = entry.get("data")
    fields = data if isinstance(data, dict) else entry
    media = str(entry.get("file_upload") or "")
    texts = [str(value) for value in fields.values() if isinstance(value, str)]
    media = next((n for n in map(_file_of, texts) if n.lower().endswith(_MEDIA)), media)
    oid = str(entry.get("id", ""))
    return _Task(oid, media, list(regions_of(_results(entry, out))))


def _file_of(url: str) -> str:
    """The file's name within a URL, ``/data/local-files/?d=a/0001.jpg`` too."""
    parts = urlsplit(url)
    inside = parse_qs(parts.query).get("d")
    return unquote(inside[0] if inside else parts.path)


def _results(entry: Mapping[str, Any], out: Collector) -> Iterator[Mapping[str, Any]]:
    """The results of the first annotation that was not cancelled, else of a prediction."""
    for key in ("annotations", "completions", "predictions"):
        listed = entry.get(key)
        found = [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
        kept = [e for e in found if not e.get("was_cancelled")]
        drawn = [e for e in kept if isinstance(e.get("result"), list) and e["result"]]
        if drawn:
            if len(drawn) > 1:
                out.warnings.append(
                    f"Task {entry.get('id')} has {counted(len(drawn), 'annotation')}; the first "
                    "came in."
                )
            yield from (r for r in drawn[0]["result"] if isinstance(r, dict))
            return
    for name, regions in entry.items():
        if name not in _NOT_RESULTS and isinstance(regions, list):
            for number, value in enumerate(regions):
                if isinstance(value, dict):
                    yield {"id": f"{name}-{number}", "from_name": name, "value": value, **value}


def _one_video(tasks: Sequence[_Task], given: str, shown: str) -> _Task:
    chosen = [task for task in tasks if not given or given in (task.id, task.media)]
    if len(chosen) != 1:
        names = some([f"{task.id} ({task.media})" for task in tasks])
        raise LabelsError(
            tr(
                "{shown} holds {videos}: {names}; choose one with the option 'task'.",
                shown=shown,
                videos=counted(len(tasks), "video"),
                names=names,
            )
        )
    return chosen[0]


def _read_picture(task: _Task, frame: int | None, out: Collector) -> None:
    if not task.regions:
        return
    if frame is None:
        out.skip(f"task {task.id} ('{task.media}'): this video has no such frame; it was left out.")
        return
    for region in task.regions:
        where = f"task {task.id}, region {region.id}"
        if region.size not in (None, (out.target.width, out.target.height)):
            assert region.size is not None
            width, height = region.size
            here = f"{out.target.width}x{out.target.height}"
            out.skip(f"{where}: its picture is {width}x{height}, but the video is {here}.")
            continue
        try:
            what = region.drawn(out.target)
        except ValueError as error:
            out.skip(f"{where}: {error}.")
            continue
        attributes = out.attributes(region.label, region.attributes)
        oid = identity(region.attributes, region.meta)
        track = None if oid is None else out.identify(oid, region.label, attributes)
        hidden = is_occluded(region.attributes, region.meta)
        out.add(frame, track, region.label, what, where, attributes=attributes, occluded=hidden)


LABEL_STUDIO = ImportFormat(
    name="label-studio",
    title="Label Studio (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=(
        "brushes, polygons and ellipses as masks",
        "rectangles as boxes",
        "boxes of a video with their keyframes, as objects",
        "labels and attributes of regions",
    ),
    loses=("key points and timelines without shapes", "further annotations of a task", "relations"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several", ""),
        OptionSpec("task", "Task, where the file holds several videos (id or name)", ""),
        *NAME_OPTIONS,
    ),
)
"""Label Studio."""
