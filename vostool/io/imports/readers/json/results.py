"""Plain lists of results, as detectron2 writes them and pycocotools or YouTube-VIS takes them.

A COCO result is ``{image_id, category_id, segmentation or bbox, score}``; without the data set that
it belongs to, ``image_id`` is all that is known of its frame and ``category_id`` of its label. A
YouTube-VIS result is one object: ``{video_id, category_id, segmentations}`` with an entry a frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.identities import identity, is_occluded
from vostool.io.imports.readers.json.choice import chosen_file
from vostool.io.imports.readers.json.fields import id_key
from vostool.io.imports.readers.json.text import COCO_RESULTS as COCO_KIND
from vostool.io.imports.readers.json.text import YOUTUBE_VIS_RESULTS as VIS_KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.json.youtube_vis import TrackReader
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.pixels import is_number
from vostool.io.imports.readers.segmentation import annotated
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress
from vostool.words import tr

_FILE = OptionSpec("file", "File, where a folder or zip holds several", "")
_SCORE = OptionSpec("min_score", "Leave out results with a smaller score", 0.0)


def read_coco(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read COCO results; every result is a shape without identity, but for a track's id.

    Raises:
        LabelsError: it is no list of results, or nothing in it fits the target.
    """
    entries, shown = _entries(path, COCO_KIND, values)
    out = Collector(shown, target)
    images = list(dict.fromkeys(id_key(entry.get("image_id")) for entry in entries))
    pictures = [Picture(str(image), None, f"image {image}") for image in images]
    frames = dict(zip(images, out.place(pictures, values), strict=True))
    lost: Counter[str] = Counter()
    for number, entry in enumerate(entries, 1):
        progress(number, len(entries), "results")
        image = id_key(entry.get("image_id"))
        frame = frames[image]
        if frame is None:
            lost[str(image)] += 1
            continue
        label = f"category {id_key(entry.get('category_id'))}"
        try:
            what = annotated(entry, target)
        except ValueError as error:
            out.skip(f"result {number} on frame {frame}: {error}.")
            continue
        given = entry.get("attributes")
        oid, attributes = identity(given, entry), out.attributes(label, given)
        track = None if oid is None else out.identify(oid, label, attributes)
        hidden = is_occluded(given, entry)
        out.add(
            frame, track, label, what, f"result {number}",
            attributes=attributes, occluded=hidden,
        )  # fmt: skip
    if lost:
        out.skip(
            f"image ids {some(list(lost))}: this video has no such frame; "
            f"{counted(lost.total(), 'result')} left out."
        )
    _tell_labels(out)
    return out.result()


def read_youtube_vis(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read YouTube-VIS results of one video; every result is an object.

    Raises:
        LabelsError: several videos could be meant, or nothing in the file fits the target.
    """
    entries, shown = _entries(path, VIS_KIND, values)
    out = Collector(shown, target)
    own = _of_video(entries, target, str(values["video"]), shown)
    reader = TrackReader(out, target, absent=bool(values["absent"]))
    frames = list(range(target.frame_count))
    for number, entry in enumerate(own, 1):
        progress(number, len(own), "results")
        label = f"category {id_key(entry.get('category_id'))}"
        reader.track({**entry, "id": number}, frames, label)
    _tell_labels(out)
    return out.result()


def _entries(
    path: Path, kind: str, values: Mapping[str, OptionValue]
) -> tuple[list[dict[str, Any]], str]:
    """The results whose score is high enough, and the file's name."""
    with open_tree(path) as tree:
        name = chosen_file(tree, kind, str(values["file"]))
        data = parse(tree, name)
        shown = tree.shown(name)
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise LabelsError(tr("{shown} is no list of results.", shown=shown))
    least = float(values["min_score"])
    return [entry for entry in data if _score(entry) >= least], shown


def _score(entry: Mapping[str, object]) -> float:
    score = entry.get("score")
    return float(score) if is_number(score) else 1.0


def _of_video(
    entries: list[dict[str, Any]], target: ImportTarget, given: str, shown: str
) -> list[dict[str, Any]]:
    """The results of the given video, of the only one, or of the only one as long as the target."""
    lengths: dict[str, int] = {}
    for entry in entries:
        rows = entry.get("segmentations") or entry.get("bboxes")
        lengths[str(id_key(entry.get("video_id")))] = len(rows) if isinstance(rows, list) else 0
    fitting = [video for video, length in lengths.items() if length == target.frame_count]
    chosen = [given] if given in lengths else list(lengths)
    if len(chosen) > 1 and len(fitting) == 1:
        chosen = fitting
    if len(chosen) != 1 or (given and given not in lengths):
        raise LabelsError(
            tr(
                "{shown} holds results of {videos} ({some}); choose one with the option 'video'.",
                shown=shown,
                videos=counted(len(lengths), "video"),
                some=some(list(lengths)),
            )
        )
    return [e for e in entries if str(id_key(e.get("video_id"))) == chosen[0]]


def _tell_labels(out: Collector) -> None:
    out.warnings.append(
        "A list of results has no names of classes; the numbers of categories became labels."
    )


COCO_RESULTS = ImportFormat(
    name="coco-results",
    title="COCO results (JSON list)",
    suffixes=(".json", ".zip", ""),
    keeps=("masks or boxes", "category numbers as labels", "track ids, where there are some"),
    loses=("scores", "names of classes"),
    detect=lambda path: is_single(path, COCO_KIND),
    read=read_coco,
    options=(_FILE, _SCORE, *NAME_OPTIONS),
)
"""COCO results."""

YOUTUBE_VIS_RESULTS = ImportFormat(
    name="youtube-vis-results",
    title="YouTube-VIS results (JSON list)",
    suffixes=(".json", ".zip", ""),
    keeps=("masks or boxes", "objects", "category numbers as labels", "where one is absent (null)"),
    loses=("scores", "names of classes"),
    detect=lambda path: is_single(path, VIS_KIND),
    read=read_youtube_vis,
    options=(
        _FILE,
        OptionSpec("video", "Video, where the file holds several (id)", ""),
        _SCORE,
        OptionSpec("absent", "Read null as absent, not as unlabelled", True),
    ),
)
"""YouTube-VIS results."""
