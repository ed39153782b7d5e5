"""BURST: sequences of TAO with a mask an object on some frames.

``sequences[]`` with ``all_image_paths``, ``annotated_image_paths`` and as many ``segmentations``,
each a mapping of track ids to ``{rle, bbox, score}``; labels come by ``track_category_ids``. The
position of an annotated picture among all of them is its frame, where they are as many as the
target's frames. Format: Ali2500/BURST-benchmark, ``ANNOTATION_FORMAT.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.json.choice import check_size, chosen_file, records
from vostool.io.imports.readers.json.fields import id_key
from vostool.io.imports.readers.json.frames import listed
from vostool.io.imports.readers.json.text import BURST as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.segmentation import annotated
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress
from vostool.project.objects import DEFAULT_LABEL
from vostool.words import tr


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read one sequence of a BURST file.

    Raises:
        LabelsError: several sequences are there to choose from, the size differs, or nothing in
            the file fits the target.
    """
    with open_tree(path) as tree:
        name = chosen_file(tree, KIND, str(values["file"]))
        data = parse(tree, name)
        shown = tree.shown(name)
    sequence = _chosen(records(data, "sequences", shown), str(values["video"]), shown)
    check_size(sequence.get("width"), sequence.get("height"), target, shown)
    labels = {
        id_key(entry.get("id")): str(entry.get("name"))
        for entry in records(data, "categories", shown)
    }
    reader = _SequenceReader(Collector(shown, target), sequence, labels)
    return reader.run(values, progress)


def _chosen(sequences: Sequence[Mapping[str, Any]], given: str, shown: str) -> Mapping[str, Any]:
    names = {str(s.get("seq_name") or s.get("id")): s for s in sequences}
    if given in names:
        return names[given]
    if given or len(sequences) != 1:
        raise LabelsError(
            tr(
                "{shown} holds {sequences} ({some}); choose one with the option 'video'.",
                shown=shown,
                sequences=counted(len(sequences), "sequence"),
                some=some(list(names)) or "none",
            )
        )
    return sequences[0]


class _SequenceReader:
    def __init__(
        self, out: Collector, sequence: Mapping[str, Any], labels: Mapping[object, str]
    ) -> None:
        self._out = out
        self._sequence = sequence
        self._labels = labels
        kinds = sequence.get("track_category_ids")
        self._kinds = kinds if isinstance(kinds, dict) else {}

    def run(self, values: Mapping[str, OptionValue], progress: Progress) -> Imported:
        names = [str(name) for name in listed(self._sequence.get("annotated_image_paths"))]
        rows = listed(self._sequence.get("segmentations"))
        frames = self._frames(names, values)
        for number, (name, row, frame) in enumerate(zip(names, rows, frames, strict=False)):
            progress(number, len(rows), name)
            if frame is None:
                self._out.skip(f"{name}: this video has no such frame; its masks were left out.")
            elif isinstance(row, dict):
                for track, entry in row.items():
                    self._add(frame, track, entry)
        return self._out.result([ImportedLabel(label) for label in self._labels.values()])

    def _frames(
        self, names: Sequence[str], values: Mapping[str, OptionValue]
    ) -> Sequence[int | None]:
        every = [str(name) for name in listed(self._sequence.get("all_image_paths"))] or names
        in_step = len(every) == self._out.target.frame_count
        given = [Picture(name, place if in_step else None) for place, name in enumerate(every)]
        found = dict(zip(every, self._out.place(given, values), strict=True))
        self._out.tell_examples([(name, found.get(name)) for name in names])
        return [found.get(name) for name in names]

    def _add(self, frame: int, track: str, entry: object) -> None:
        where = f"track {track} on frame {frame}"
        if not isinstance(entry, dict):
            self._out.skip(f"{where}: it is no object with a mask.")
            return
        target = self._out.target
        code = entry.get("rle")
        if isinstance(code, str):
            code = {"size": [target.height, target.width], "counts": code}
        kind = id_key(self._kinds.get(track))
        label = self._labels.get(
            kind, DEFAULT_LABEL if track not in self._kinds else f"category {kind}"
        )
        try:
            what = annotated({"segmentation": code, "bbox": entry.get("bbox")}, target)
        except ValueError as error:
            self._out.skip(f"{where}: {error}.")
            return
        self._out.add(frame, self._out.identify(id_key(track), label), label, what, where)


BURST = ImportFormat(
    name="burst",
    title="BURST (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=("exact masks, or boxes", "object ids (track ids)", "labels"),
    loses=("scores", "points"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several", ""),
        OptionSpec("video", "Sequence, where the file holds several (name)", ""),
        *NAME_OPTIONS,
    ),
)
"""BURST."""
