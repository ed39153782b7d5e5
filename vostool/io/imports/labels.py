"""The labels that a file declares, as those of a project."""

from __future__ import annotations

from collections.abc import Iterable

from vostool.errors import LabelsError
from vostool.io.imports.format import ImportedAttribute, ImportedLabel
from vostool.io.imports.readers.identities import is_identity
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec, made_attribute


def label_specs(labels: Iterable[ImportedLabel]) -> tuple[LabelSpec, ...]:
    """The labels of which a file says more than the name.

    A bare list of class names (all 80 of COCO, say) is no set of labels that a person chose; those
    that objects bear are the project's anyway. Attributes that carry identity are left out.
    """
    return tuple(
        LabelSpec(label.name, label.colour, _attributes(label.attributes))
        for label in labels
        if label.name.strip() and (label.colour is not None or label.attributes)
    )


def _attributes(declared: Iterable[ImportedAttribute]) -> tuple[AttributeSpec, ...]:
    found: dict[str, AttributeSpec] = {}
    for attribute in declared:
        if attribute.name.strip() and not is_identity(attribute.name):
            found.setdefault(attribute.name, attribute_spec(attribute))
    return tuple(found.values())


def attribute_spec(declared: ImportedAttribute) -> AttributeSpec:
    """The attribute; as text where its type or its values make no sense."""
    try:
        return made_attribute(
            declared.name,
            AttributeKind(declared.kind),
            tuple(dict.fromkeys(declared.values)),
            declared.default,
            declared.mutable,
        )
    except (ValueError, LabelsError):
        return AttributeSpec(declared.name, default=declared.default, mutable=declared.mutable)
