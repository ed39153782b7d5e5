"""The phrases that were looked for, kept in the project; those of them that find become labels."""

from __future__ import annotations

from collections.abc import Sequence

from vostool.project import edits
from vostool.project.changes import Edit
from vostool.project.label_edits import add_labels
from vostool.project.labels import LabelSpec
from vostool.project.project import Project

PHRASES = "find_phrases"
"""The project's setting."""


def kept_phrases(project: Project) -> tuple[str, ...]:
    """The list that was looked for last; none where nothing sensible is stored."""
    stored = project.settings.get(PHRASES)
    if not isinstance(stored, list) or not all(isinstance(each, str) for each in stored):
        return ()
    return tuple(str(each) for each in stored)


def keep_phrases(project: Project, phrases: Sequence[str]) -> Edit:
    """The edit that keeps a list in place of the one before."""
    return edits.set_setting(project, PHRASES, [*phrases])


def declare_phrases(project: Project, phrases: Sequence[str]) -> Edit:
    """The edit that makes a label of each phrase that is none yet."""
    return add_labels(project, [LabelSpec(phrase) for phrase in phrases])
