"""Labels that are read off the GUI thread, and what bringing them in would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.frames import FrameSource
from vostool.gui.session.document import Document
from vostool.gui.threads.newest import Newest
from vostool.io.imports.edit import ImportPolicy, ImportSummary, import_edit
from vostool.io.imports.format import Imported, ImportTarget
from vostool.io.imports.importers import detect_format, read_labels
from vostool.io.options import OptionValue
from vostool.progress import Progress
from vostool.project.changes import Edit
from vostool.words import tr


@dataclass(frozen=True)
class Plan:
    """What was read, and what it would do.

    Attributes:
        format: the name of the format it was read as.
    """

    format: str
    imported: Imported
    edit: Edit
    summary: ImportSummary


class Reading(QObject):
    """Reads one file or folder of labels for one document, as often as it is chosen otherwise.

    Signals (of the newest request only):
        began(str): what is done now, in two words.
        progressed(done, total, what)
        detected(str): the name of the format.
        planned(Plan): it is in :attr:`plan`, too.
        failed(str): a sentence why not.

    Attributes:
        plan: of the labels as they were chosen last; None until they are read.
    """

    began = pyqtSignal(str)
    progressed = pyqtSignal(object, object, str)
    detected = pyqtSignal(str)
    planned = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(
        self, document: Document, source: FrameSource, path: Path, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.plan: Plan | None = None
        self._document = document
        self._source = source
        self._path = path
        self._work = Newest(self)
        self._work.progressed.connect(self.progressed)

    @property
    def is_busy(self) -> bool:
        """True while something is read or planned."""
        return self._work.is_running

    def detect(self) -> None:
        """Look inside for the format."""
        path = self._path
        self._start(tr("Looking inside…"), lambda _: detect_format(path).name, self.detected.emit)

    def read(self, name: str, options: Mapping[str, OptionValue], policy: ImportPolicy) -> None:
        """Read it in the format of this name, and plan what it would do."""
        path, source, plan = self._path, self._source.clone(), self._planner(policy)

        def work(progress: Progress) -> Plan:
            try:
                target = ImportTarget.of(source)
                imported = read_labels(path, target, name, options, progress)
            finally:
                source.close()
            return plan(name, imported)

        self.plan = None
        self._start(tr("Reading…"), work, self._keep)

    def plan_again(self, policy: ImportPolicy) -> None:
        """Plan anew what was read, for another policy or a project that has changed meanwhile."""
        assert self.plan is not None
        name, imported, plan = self.plan.format, self.plan.imported, self._planner(policy)
        self._start(tr("Comparing…"), lambda _: plan(name, imported), self._keep)

    def close(self) -> None:
        """Stop, and wait for no thread."""
        self._work.drop()

    def _planner(self, policy: ImportPolicy) -> Callable[[str, Imported], Plan]:
        project = self._document.snapshot()
        return lambda name, imported: Plan(name, imported, *import_edit(project, imported, policy))

    def _start(
        self,
        text: str,
        work: Callable[[Progress], object],
        succeeded: Callable[..., object],
    ) -> None:
        self._work.start(work, succeeded, self.failed.emit)
        self.began.emit(text)

    def _keep(self, plan: Plan) -> None:
        self.plan = plan
        self.planned.emit(plan)
