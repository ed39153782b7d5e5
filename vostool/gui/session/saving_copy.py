"""Writing a whole project under another name, off the GUI thread."""

from __future__ import annotations

import threading
from pathlib import Path

from vostool.errors import VosToolError
from vostool.gui.threads.background import Background
from vostool.io.project import file as project_file
from vostool.io.project.file import ProjectFile
from vostool.progress import Progress
from vostool.project.project import Project
from vostool.words import tr


class SavingCopy(Background):
    """Writes a snapshot to another file.

    Attributes (once it has finished):
        file: the new file, open; None where it could not be written.
        problem: why not, in one sentence.
    """

    def __init__(self, snapshot: Project, path: Path) -> None:
        super().__init__(self._write)
        self._snapshot, self._path = snapshot, path
        self.file: ProjectFile | None = None
        self.problem = ""
        self._taking = threading.Lock()
        self._abandoned = False

    def abandon(self) -> None:
        """Let it end by itself; the file that it still makes is closed."""
        with self._taking:
            self._abandoned = True
            if self.file is not None:
                self.file.close()

    def _write(self, progress: Progress) -> None:
        progress(0, 1, self._path.name)
        try:
            made = project_file.create(self._path, self._snapshot, overwrite=True)
            with self._taking:
                self.file = made
                if self._abandoned:
                    made.close()
        except VosToolError as error:
            self.problem = str(error)
        except Exception as error:
            self.problem = tr(
                "'{path}' could not be written ({error}); choose another place.",
                path=self._path,
                error=error,
            )
