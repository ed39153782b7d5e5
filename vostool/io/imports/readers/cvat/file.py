"""One CVAT XML file that is being read: its name, its task, and what the person is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from vostool.errors import LabelsError
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.cvat.meta import CvatMeta, CvatTask
from vostool.io.imports.readers.cvat.xml_stream import Node
from vostool.words import tr


@dataclass
class ReadingReport:
    """What the person is told in the end, of all files.

    Attributes:
        others: images and tracks of tasks that were not chosen.
    """

    skipped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    others: int = 0

    def skip(self, where: str, why: str) -> None:
        """A piece does not come in."""
        self.skipped.append(f"{where}: {why}.")

    def all_warnings(self) -> tuple[str, ...]:
        """The warnings, with a sentence for each count."""
        found = list(self.warnings)
        if self.others:
            found.append(f"Images and tracks of other tasks were left out: {self.others}.")
        return tuple(found)


@dataclass
class CvatFile:
    """A file with its meta.

    Attributes:
        alone: no other file is read with it, so that messages need not name it.
        wanted: id or name of the task to take from a project's file, or nothing.
        task: the one that the file is read for.
    """

    name: str
    alone: bool
    target: ImportTarget
    wanted: str
    meta: CvatMeta = field(default_factory=CvatMeta)
    task: CvatTask = field(default_factory=CvatTask)

    @property
    def several_tasks(self) -> bool:
        """The file is a project's with more than one task."""
        return self.meta.project and len(self.meta.tasks) > 1

    def at(self, line: int) -> str:
        """A line, for messages."""
        return f"line {line}" if self.alone else f"'{self.name}', line {line}"

    def take_meta(self, meta: CvatMeta) -> None:
        """Choose the task.

        Raises:
            LabelsError: it is not there, or for pictures of another size.
        """
        self.meta = meta
        self.task = self._chosen()
        if self.task.size not in (None, (self.target.width, self.target.height)):
            assert self.task.size is not None
            self.refuse_size(self.task.size)

    def is_other_task(self, node: Node) -> bool:
        """True for an image or track of a task that was not chosen."""
        return self.meta.project and node.attributes.get("task_id", self.task.id) != self.task.id

    def refuse_tasks(self, what: str) -> NoReturn:
        """Raise the error that asks for a task."""
        raise LabelsError(
            tr(
                "'{name}' holds {what} of several tasks ({known}); choose one by the option task.",
                name=self.name,
                what=what,
                known=self._known(),
            )
        )

    def refuse_size(self, size: tuple[int, int]) -> NoReturn:
        """Raise the error that the labels are for another video."""
        raise LabelsError(
            tr(
                "'{name}' holds labels for {size}x{size_2} pictures, but the "
                "frames here are {width}x{height}; choose the video they were "
                "made for.",
                name=self.name,
                size=size[0],
                size_2=size[1],
                width=self.target.width,
                height=self.target.height,
            )
        )

    def _chosen(self) -> CvatTask:
        if not self.wanted or not self.meta.project:
            return CvatTask() if self.several_tasks else self.meta.tasks[0]
        for task in self.meta.tasks:
            if self.wanted in (task.id, task.name):
                return task
        raise LabelsError(
            tr(
                "'{name}' has no task {wanted!r}; it has {known}.",
                name=self.name,
                wanted=self.wanted,
                known=self._known(),
            )
        )

    def _known(self) -> str:
        return ", ".join(f"{task.id} {task.name!r}" for task in self.meta.tasks)
