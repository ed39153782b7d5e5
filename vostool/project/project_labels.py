"""The labels of a project: those that it declares, and those that its objects bear.

Declared labels are one setting of the project, in CVAT's JSON, so that project files of either age
are read by programs of either age. A label that only objects bear has no declaration and needs
none: one is made up for it here.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vostool.errors import LabelsError
from vostool.project.changes import Json
from vostool.project.labels import TRUE, AttributeKind, AttributeSpec, LabelSpec, labels_from_json
from vostool.project.objects import DEFAULT_LABEL, AnnotatedObject
from vostool.project.project import Project
from vostool.words import mark, tr

LABELS_SETTING = "labels"
UNLABELLED = mark("unlabelled")
"""What the window says of an object that nobody has named."""


def declared_labels(project: Project) -> tuple[LabelSpec, ...]:
    """The labels that the project declares, in their order."""
    stored = project.settings.get(LABELS_SETTING)
    try:
        return () if stored is None else labels_from_json(stored)
    except LabelsError:
        return ()


def project_labels(project: Project) -> tuple[LabelSpec, ...]:
    """The declared labels, then those that only objects bear, by their first object.

    Those have the first object's colour, and its objects' attributes as text.
    """
    found = {label.name: label for label in declared_labels(project)}
    declared = set(found)
    for known in project.objects.values():
        if known.label not in declared:
            old = found.get(known.label, LabelSpec(known.label or "object", known.colour))
            found[known.label] = LabelSpec(old.name, old.colour, _with_names(old, known))
    return tuple(found.values())


def declared_label(project: Project, name: str) -> LabelSpec | None:
    """A label's declaration, where it has one."""
    return next((label for label in declared_labels(project) if label.name == name), None)


def is_unlabelled(project: Project, annotated: AnnotatedObject) -> bool:
    """True for an object that nobody has named: its label is blank, or the name of all things.

    A project that declares a label of that name means it.
    """
    label = annotated.label.strip()
    return not label or (
        label == DEFAULT_LABEL and declared_label(project, annotated.label) is None
    )


def shown_label(project: Project, annotated: AnnotatedObject) -> str:
    """The label as the window says it."""
    return tr(UNLABELLED) if is_unlabelled(project, annotated) else annotated.label


def object_title(project: Project, annotated: AnnotatedObject) -> str:
    """Number and label, as the window says them: "3 cup"."""
    return f"{annotated.id} {shown_label(project, annotated)}"


def object_attributes(
    project: Project, annotated: AnnotatedObject
) -> tuple[tuple[AttributeSpec, str], ...]:
    """Every attribute of an object with its value, which is the default where it has none.

    First those of its label, in the label's order, then those that only the object has, as text.
    """
    label = declared_label(project, annotated.label)
    specs = label.attributes if label is not None else ()
    own = dict(annotated.attributes)
    rest = [
        AttributeSpec(name) for name in own if name.strip() and name not in {s.name for s in specs}
    ]
    return tuple((spec, own.get(spec.name, spec.default)) for spec in (*specs, *rest))


def with_attributes(project: Project, annotated: AnnotatedObject) -> AnnotatedObject:
    """The object with every attribute that it has by its label's defaults, too."""
    own = dict(annotated.attributes)
    missing = tuple(
        (spec.name, value)
        for spec, value in object_attributes(project, annotated)
        if spec.name not in own
    )
    return replace(annotated, attributes=(*annotated.attributes, *missing))


def typed_attributes(project: Project, annotated: AnnotatedObject) -> dict[str, Json]:
    """The object's own attributes by name, for formats that tell numbers and truths from texts.

    What the label declares as a check box or a number, and whose value is one, is such a value.
    """
    label = declared_label(project, annotated.label)
    specs = {spec.name: spec for spec in label.attributes} if label is not None else {}
    return {name: _typed(specs.get(name), text) for name, text in annotated.attributes}


def _typed(spec: AttributeSpec | None, text: str) -> Json:
    if spec is None or not spec.accepts(text):
        return text
    if spec.kind is AttributeKind.CHECKBOX:
        return text == TRUE
    if spec.kind is AttributeKind.NUMBER:
        return int(text) if re.fullmatch(r"[+-]?\d+", text.strip()) else float(text)
    return text


def colour_of_first(project: Project, label: str) -> tuple[int, int, int] | None:
    """The label's colour where no object bears the label yet.

    The others of one label keep colours of their own, so that they can be told apart.
    """
    known = declared_label(project, label)
    if known is None or any(each.label == label for each in project.objects.values()):
        return None
    return known.colour


def _with_names(label: LabelSpec, annotated: AnnotatedObject) -> tuple[AttributeSpec, ...]:
    there = {spec.name for spec in label.attributes}
    new = dict.fromkeys(name for name, _ in annotated.attributes if name.strip())
    return (*label.attributes, *(AttributeSpec(name) for name in new if name not in there))
