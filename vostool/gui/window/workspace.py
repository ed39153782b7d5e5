"""Everything that belongs to one opened video, made together and closed together."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject

from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.display import Display
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.session.discovering import Discovering
from vostool.gui.session.document import Document
from vostool.gui.session.extent import Extent
from vostool.gui.session.finding import Finding
from vostool.gui.session.following import Following
from vostool.gui.session.frame_range import RangeSelection
from vostool.gui.session.learning import Learning
from vostool.gui.session.listening import Listening
from vostool.gui.session.mask_editor import MaskEditor
from vostool.gui.session.naming import Naming
from vostool.gui.session.player import Player
from vostool.gui.session.range_actions import RangeActions
from vostool.gui.session.retracking import Retracking
from vostool.gui.session.review_work import Review
from vostool.gui.session.session import Session
from vostool.gui.session.storage import Storage
from vostool.gui.session.tracking import Tracking
from vostool.gui.settings import values as settings_values
from vostool.gui.window.start.opening import Opened
from vostool.io.cvat_server.source import JobFrames


class Workspace(QObject):
    """Document, session, tracking, finding, names, display, range, player, storage of a source."""

    def __init__(self, opened: Opened, canvas: Canvas, worker: EngineWorker) -> None:
        super().__init__()
        self.source = opened.source
        self.document = Document(opened.project, self)
        self.storage = Storage(self.document, opened.file)
        self.session = Session(opened.source, self.document, worker)
        self.tracking = Tracking(self.session)
        self.discovering = Discovering(self.session, self.tracking.object_ids)
        self.mask_editor = MaskEditor(self.session)
        self.finding = Finding(self.session)
        self.listening = Listening(opened.source, worker.place)
        self.display = Display(canvas, self.session, opened.source.clone())
        self.following = Following(self.session, lambda: self.display.shown_frame)
        self.selection = RangeSelection(len(opened.source))
        self.range_actions = RangeActions(self.session, self.selection, self.tracking)
        self.player = Player(self.session, self.selection)
        self.naming = Naming(self.session, self.player)
        self.extent = Extent(self.session)
        self.review = Review(self.session, self.player)
        self.retracking = Retracking(self.session, self.review, self.tracking, self.mask_editor)
        self.learning = Learning(self.session, on=settings_values.load().learn)
        worker.open(opened.source.clone())

    def is_of(self, path: Path) -> bool:
        """True where this file, folder or project is what is open."""
        return path in (self.document.project.source.path, self.storage.path)

    @property
    def is_busy(self) -> bool:
        """True while a mask is changed or the project is copied, which closing waits for."""
        return self.mask_editor.is_busy or self.storage.is_copying

    def settle(self) -> None:
        """Have everything that the person asked for in the document."""
        self.player.pause()
        self.session.builder.settle()
        self.mask_editor.finish()
        self.document.settle()

    def close(self) -> None:
        """Stop what runs, store what waits, give files and threads back."""
        self.player.pause()
        self.retracking.close()
        self.session.builder.settle()
        self.mask_editor.close()
        self.finding.close()
        self.listening.close()
        self.discovering.close()
        self.learning.close()
        self.session.close()
        if isinstance(self.source, JobFrames):
            self.source.hang_up()  # no thread may wait for a dead network
        self.display.close()
        self.document.settle()
        self.storage.close()
        self.source.close()
