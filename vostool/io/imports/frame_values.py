"""Attributes of a file's shapes: what an object has on all frames, and what changes from one to the
next.

Where the label declares an attribute as mutable, each shape's value holds until another shape has
another one. A file that declares nothing (COCO, datumaro's JSON) declares so by having several
values of one object. Of an attribute that the label has as fixed the first value counts, and that
is told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vostool.io.imports.format import Imported, ImportedAttribute, ImportedLabel
from vostool.io.imports.labels import label_specs
from vostool.io.imports.readers.collector import counted, some
from vostool.project.changes import Cell, Value
from vostool.project.frame_values import Line, held, lines_value, object_lines, values_cell
from vostool.project.labels import AttributeSpec, LabelSpec
from vostool.project.objects import LONGEST_VALUE, AnnotatedObject
from vostool.project.project import Project
from vostool.project.project_labels import declared_labels
from vostool.words import shortened, tr

Pairs = tuple[tuple[str, str], ...]
Row = Sequence[tuple[int, Pairs]]
"""(frame, attributes) of one object's shapes by ascending frame."""

_LONGEST_SHOWN = 40


def with_mutable(imported: Imported) -> Imported:
    """The labels with what changes within an object, where the file does not say that it is fixed.

    Args:
        imported: every shape has a track.
    """
    changing = _changing(imported)
    if not changing:
        return imported
    labels = {label.name: label for label in imported.labels}
    for name, attributes in changing.items():
        label = labels.get(name, ImportedLabel(name))
        known = {
            attribute.name: replace(
                attribute, mutable=attribute.mutable or attribute.name in attributes
            )
            if attribute.inferred
            else attribute
            for attribute in label.attributes
        }
        new = [ImportedAttribute(each, mutable=True) for each in attributes if each not in known]
        labels[name] = replace(label, attributes=(*known.values(), *new))
    return replace(imported, labels=tuple(labels.values()))


def _changing(imported: Imported) -> dict[str, dict[str, None]]:
    """Names of attributes with several values in one object, by label."""
    seen: dict[tuple[Hashable, str], str] = {}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    last: dict[Hashable, Pairs] = {}
    for shape in imported.shapes:
        if shape.absent or last.get(shape.track) is shape.attributes:
            continue
        last[shape.track] = shape.attributes
        for name, value in shape.attributes:
            if seen.setdefault((shape.track, name), value) != value:
                found[shape.label][name] = None
    return found


@dataclass
class ValueReader:
    """Sorts the values of shapes into objects and changes.

    Attributes:
        cells: the changes of each object that has some.
    """

    project: Project
    labels: Iterable[ImportedLabel]
    cells: dict[Cell, Value] = field(default_factory=dict)
    _fixed: Counter[tuple[str, str]] = field(default_factory=Counter)
    _refused: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        specs = [*label_specs(self.labels), *declared_labels(self.project)]
        self._specs: dict[str, LabelSpec] = {spec.name: spec for spec in specs}

    def read_new(self, new: AnnotatedObject, row: Row) -> AnnotatedObject:
        """A new object as its shapes have it: it takes their first values, the others change it."""
        specs, own, lines = self._of(new.label), dict(new.attributes), {}
        for name, given in self._by_name(row).items():
            spec = specs.get(name)
            if spec is None or not spec.mutable:
                own.setdefault(name, given[0][1])
                self._tell_fixed(new.label, name, own[name], given)
                continue
            sound = self._accepted(new.label, spec, given)
            if not sound:
                own.pop(name, None)
                continue
            own[name] = sound[0][1]
            lines[name] = _line(own[name], sound)
        if value := lines_value(lines):
            self.cells[values_cell(new.id)] = value
        pairs = [(name, self._short(new.label, name, text)) for name, text in own.items()]
        return replace(new, attributes=tuple((n, text) for n, text in pairs if text is not None))

    def read_known(self, known: AnnotatedObject, row: Row) -> None:
        """What changes in an object of the project: its own values stay outside the file's frames,
        and what is fixed stays as it is.
        """
        specs, lines = self._of(known.label), dict(object_lines(self.project, known.id))
        before = dict(lines)
        for name, given in self._by_name(row).items():
            spec = specs.get(name)
            if spec is None or not spec.mutable:
                continue
            sound = self._accepted(known.label, spec, given)
            if sound:
                own = dict(known.attributes).get(name, spec.default)
                lines[name] = _over(own, lines.get(name, ()), sound)
        if lines != before:
            self.cells[values_cell(known.id)] = lines_value(lines)

    def sentences(self) -> list[str]:
        """What the person is told of values that did not come in."""
        told = []
        if self._fixed:
            told.append(
                tr(
                    "Attribute values that change within an object count as on its first shape, "
                    "because the label has one value an object: {places}.",
                    places=some([_frames(*entry) for entry in self._fixed.items()]),
                )
            )
        told += [
            tr(
                "Values that attribute {name!r} of {label} does not take were left out: {places}.",
                name=name,
                label=label,
                places=some(where),
            )
            for (label, name), where in self._refused.items()
        ]
        return told

    def _of(self, label: str) -> Mapping[str, AttributeSpec]:
        spec = self._specs.get(label)
        return {} if spec is None else {each.name: each for each in spec.attributes}

    @staticmethod
    def _by_name(row: Row) -> dict[str, list[tuple[int, str]]]:
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for frame, pairs in row:
            for name, value in pairs:
                found[name].append((frame, value))
        return found

    def _tell_fixed(
        self, label: str, name: str, own: str, given: Sequence[tuple[int, str]]
    ) -> None:
        if other := sum(value != own for _, value in given):
            self._fixed[label, name] += other

    def _accepted(
        self, label: str, spec: AttributeSpec, given: Sequence[tuple[int, str]]
    ) -> list[tuple[int, str]]:
        sound = []
        for frame, value in given:
            if len(value) <= LONGEST_VALUE and spec.accepts(value):
                sound.append((frame, value))
            else:
                shown = tr(
                    "{value!r} on frame {frame}",
                    value=shortened(value, _LONGEST_SHOWN),
                    frame=frame,
                )
                self._refused[label, spec.name].append(shown)
        return sound

    def _short(self, label: str, name: str, text: str) -> str | None:
        if len(text) <= LONGEST_VALUE:
            return text
        shown = tr(
            "{value!r}, {count:,} characters",
            value=shortened(text, _LONGEST_SHOWN),
            count=len(text),
        )
        self._refused[label, name].append(shown)
        return None


def _line(own: str, given: Sequence[tuple[int, str]]) -> Line:
    """The changes of values that each hold until the next one."""
    made: list[tuple[int, str]] = []
    for frame, value in given:
        if value != (made[-1][1] if made else own):
            made.append((frame, value))
    return tuple(made)


def _over(own: str, line: Line, given: Sequence[tuple[int, str]]) -> Line:
    """An object's line with the file's values in place of its own between the file's first frame
    and its last.
    """
    first, last = given[0][0], given[-1][0]
    early = tuple(change for change in line if change[0] < first)
    late = tuple(change for change in line if change[0] > last)
    start = held(early, first)
    return (*early, *_line(own if start is None else start, given), *late)


def _frames(place: tuple[str, str], count: int) -> str:
    label, name = place
    return tr(
        "{name!r} of {label} has another value on {frames}",
        name=name,
        label=label,
        frames=counted(count, "frame"),
    )
