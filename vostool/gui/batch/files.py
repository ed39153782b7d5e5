"""Opening job files in threads: what stands in them, and what of it is done already."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QMenu, QWidget

from vostool.gui.batch.recent import recent_job_files, remember_job_file
from vostool.gui.threads.newest import Newest
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.jobs.job import JobResult
from vostool.jobs.job_file import Jobs, load_jobs
from vostool.jobs.standing import standing_of
from vostool.progress import Progress
from vostool.words import tr

SUFFIX = ".toml"


class JobFiles(QObject):
    """Reads one job file at a time; a newer wish takes the place of an older one.

    Signals:
        loaded(Path, Jobs): what stands in it.
        stood(str, JobResult | None): how it stands with the job of this name, see
            :func:`vostool.jobs.standing.standing_of`.
        looked(): that is known of all jobs.
        failed(str): one sentence.
    """

    loaded = pyqtSignal(object, object)
    stood = pyqtSignal(str, object)
    looked = pyqtSignal()
    failed = pyqtSignal(str)
    _found = pyqtSignal(object, str, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._loading, self._looking = Newest(self), Newest(self)
        self._jobs: Jobs | None = None
        self._found.connect(self._tell)

    def open(self, path: Path) -> None:
        """Read a job file, then look what of it is done."""
        self.stop_looking()
        self._loading.start(
            lambda _progress: load_jobs(path), partial(self._loaded, path), self.failed.emit
        )

    def stop_looking(self) -> None:
        """Tell nothing more of what is done."""
        self._jobs = None
        self._looking.drop()

    def close(self) -> None:
        """Stop; the threads end by themselves."""
        self.stop_looking()
        self._loading.drop()

    def _loaded(self, path: Path, jobs: object) -> None:
        assert isinstance(jobs, Jobs)
        remember_job_file(path)
        self._jobs = jobs
        self.loaded.emit(path, jobs)

        def work(progress: Progress) -> None:
            yield_to_window()
            for job in jobs.jobs:
                progress(0, 0)
                self._found.emit(jobs, job.name, standing_of(job, jobs.setup))

        self._looking.start(work, lambda _: self.looked.emit(), self.failed.emit)

    def _tell(self, jobs: Jobs, name: str, result: JobResult | None) -> None:
        if jobs is self._jobs:
            self.stood.emit(name, result)


class RecentJobs(QMenu):
    """Job files that were opened lately, filled each time that it is shown.

    Signals:
        chosen(Path): one is to be opened again.
    """

    chosen = pyqtSignal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List what can be opened again."""
        self.clear()
        for path in recent_job_files():
            action = self.addAction(str(path).replace("&", "&&"))
            assert action is not None
            action.triggered.connect(partial(self._choose, path))
        if self.isEmpty():
            nothing = self.addAction(tr("Nothing was opened yet"))
            assert nothing is not None
            nothing.setEnabled(False)

    def _choose(self, path: Path, _checked: bool = False) -> None:
        self.chosen.emit(path)


def ask_for_job_file(parent: QWidget) -> Path | None:
    """A job file that a person chooses."""
    name, _ = QFileDialog.getOpenFileName(
        parent, tr("Open job file"), "", tr("Job files (*{suffix})", suffix=SUFFIX)
    )
    return Path(name) if name else None
