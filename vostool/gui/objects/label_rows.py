"""Labels while they are edited: rows that may make no sense yet, and what they become."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vostool.masks.colours import Colour, palette_colour
from vostool.project.label_edits import LabelChange
from vostool.project.labels import (
    ANY_SHAPE,
    FALSE,
    TRUE,
    AttributeKind,
    AttributeSpec,
    LabelSpec,
    check_labels,
)

SEPARATOR = ";"


@dataclass
class AttributeRow:
    """An attribute as it is typed.

    Attributes:
        old: its name until now, or None for a new one.
        values: choices, or minimum, maximum and step, with ";" between them.
    """

    name: str
    kind: AttributeKind = AttributeKind.TEXT
    values: str = ""
    default: str = ""
    mutable: bool = False
    old: str | None = None

    @classmethod
    def of(cls, spec: AttributeSpec, *, new: bool = False) -> AttributeRow:
        """The row of an attribute."""
        values = f"{SEPARATOR} ".join(spec.values)
        return cls(
            spec.name, spec.kind, values, spec.default, spec.mutable, None if new else spec.name
        )

    def spec(self) -> AttributeSpec:
        """The attribute; without a typed default it takes the first value.

        Raises:
            LabelsError: it makes no sense.
        """
        kind = self.kind
        values: tuple[str, ...] = ()
        if kind.has_choices or kind is AttributeKind.NUMBER:
            parts = (part.strip() for part in self.values.split(SEPARATOR))
            values = tuple(part for part in parts if part)
        default = self.default.strip()
        if kind is AttributeKind.CHECKBOX:
            default = TRUE if default.lower() in (TRUE, "yes", "1") else FALSE
        elif values and not default:
            default = values[0]
        return AttributeSpec(self.name.strip(), kind, values, default, self.mutable)


@dataclass
class LabelRow:
    """A label as it is typed; ``old`` is its name until now, or None for a new one."""

    name: str
    colour: Colour
    attributes: list[AttributeRow] = field(default_factory=list)
    old: str | None = None
    shape: str = ANY_SHAPE

    def change(self) -> LabelChange:
        """What becomes of the label.

        Raises:
            LabelsError: it makes no sense.
        """
        specs = tuple(row.spec() for row in self.attributes)
        renamed = {
            row.old: spec.name
            for row, spec in zip(self.attributes, specs, strict=True)
            if row.old is not None and row.old != spec.name
        }
        label = LabelSpec(self.name.strip(), self.colour, specs, self.shape)
        return LabelChange(label, self.old, renamed)


def rows_of(labels: Iterable[LabelSpec], *, new: bool = False) -> list[LabelRow]:
    """Rows of labels; those without a colour get one of the palette, by their place.

    Args:
        new: they are not in the project yet.
    """
    return [
        LabelRow(
            label.name,
            label.colour or palette_colour(number),
            [AttributeRow.of(spec, new=new) for spec in label.attributes],
            None if new else label.name,
            label.shape,
        )
        for number, label in enumerate(labels, 1)
    ]


def changes_of(rows: Iterable[LabelRow]) -> list[LabelChange]:
    """What becomes of all labels.

    Raises:
        LabelsError: one makes no sense, or two have one name.
    """
    changes = [row.change() for row in rows]
    check_labels(change.label for change in changes)
    return changes


def with_imported(rows: list[LabelRow], labels: Iterable[LabelSpec]) -> list[LabelRow]:
    """The rows with a file's labels: those of the same name are replaced, the others follow."""
    found = {row.name: row for row in rows}
    for row in rows_of(labels, new=True):
        known = found.get(row.name)
        if known is not None:
            row.old = known.old
            old_names = {attribute.name: attribute.old for attribute in known.attributes}
            for attribute in row.attributes:
                attribute.old = old_names.get(attribute.name)
        found[row.name] = row
    return list(found.values())
