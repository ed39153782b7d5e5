"""The ``<meta>`` of CVAT's XML 1.1: labels, frame numbers and tasks.

CVAT writes three forms: ``<task>``, ``<job>`` (without a name, ``original_size`` beside it) and
``<project>`` (labels once, several tasks). Format: docs.cvat.ai, "CVAT for image 1.1" and "CVAT
for video 1.1".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vostool.io.imports.format import ImportedAttribute, ImportedLabel
from vostool.io.imports.readers.cvat.xml_stream import Node
from vostool.masks.colours import Colour


@dataclass(frozen=True, slots=True)
class CvatTask:
    """A task or job: which frames of the video it covers.

    Attributes:
        id, name: as in the file, empty where it has none.
        start, stop, step: absolute frames start, start + step ... up to stop; ``stop`` is None
            where the file does not say.
        size: (width, height) of the video's frames, or None.
    """

    id: str = ""
    name: str = ""
    start: int = 0
    stop: int | None = None
    step: int = 1
    size: tuple[int, int] | None = None

    def frames(self, frame_count: int) -> range:
        """The task's frames that the video has."""
        last = frame_count - 1 if self.stop is None else min(self.stop, frame_count - 1)
        return range(self.start, last + 1, self.step)


@dataclass(frozen=True, slots=True)
class CvatMeta:
    """What a file says about itself.

    Attributes:
        labels: declared labels; none where the file leaves them out.
        tasks: one, or those of a project.
        project: the file is a project's.
    """

    labels: tuple[ImportedLabel, ...] = ()
    tasks: tuple[CvatTask, ...] = (CvatTask(),)
    project: bool = False


def read_meta(meta: Node) -> CvatMeta:
    """Read a ``<meta>`` element; what is missing or malformed in it counts as left out."""
    project = meta.child("project")
    if project is not None:
        tasks = project.child("tasks")
        found = [_task(node, meta) for node in (tasks.children if tasks is not None else [])]
        return CvatMeta(_labels(project), tuple(found) or (CvatTask(),), True)
    task = meta.child("task") or meta.child("job")
    if task is None:
        return CvatMeta(_labels(meta))
    return CvatMeta(_labels(task), (_task(task, meta),))


def _task(node: Node, meta: Node) -> CvatTask:
    start = _whole(node.value("start_frame")) or 0
    step = re.search(r"step\s*=\s*(\d+)", node.value("frame_filter"))
    every = max(int(step[1]), 1) if step is not None and len(step[1]) < 10 else 1
    stop = _whole(node.value("stop_frame"))
    count = _whole(node.value("size"))
    if stop is None and count:
        stop = start + (count - 1) * every
    size = _size(node.child("original_size")) or _size(meta.child("original_size"))
    return CvatTask(node.value("id"), node.value("name"), start, stop, every, size)


def _size(node: Node | None) -> tuple[int, int] | None:
    if node is None:
        return None
    width, height = _whole(node.value("width")), _whole(node.value("height"))
    return (width, height) if width and height else None


def _labels(node: Node) -> tuple[ImportedLabel, ...]:
    labels = node.child("labels")
    found: dict[str, ImportedLabel] = {}
    for label in labels.children if labels is not None else []:
        name = label.value("name")
        if label.name != "label" or not name or label.value("parent") or name in found:
            continue
        attributes = label.child("attributes")
        found[name] = ImportedLabel(
            name,
            colour(label.value("color")),
            tuple(map(_attribute, attributes.children)) if attributes is not None else (),
        )
    return tuple(found.values())


def _attribute(node: Node) -> ImportedAttribute:
    # CVAT writes one value a line, its label constructor commas; a space is a part of a value.
    values = node.value("values")
    parts = re.split(r"\r?\n" if "\n" in values else ",", values)
    return ImportedAttribute(
        node.value("name"),
        node.value("default_value"),
        tuple(p.strip() for p in parts if p.strip()),
        node.value("input_type").lower() or "text",
        node.value("mutable").lower() == "true",
    )


def colour(text: str) -> Colour | None:
    """``#rrggbb``, or None for anything else."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return None
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,9}", text) else None
