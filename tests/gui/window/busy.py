"""What the window can be busy with, each held at a gate for as long as a test wants.

Each entry knows how it begins, and what must have come of it once the gate is opened. Where a person
cannot do something meanwhile, or it would mean nothing, ``not_with`` says why.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.gui.conftest import Hand, TruthEngine
from vostool.errors import ModelError, ProjectFileError
from vostool.gui.canvas.frame_loader import FrameLoader
from vostool.gui.engine import models_dialog
from vostool.gui.export.dialog import ExportDialog
from vostool.gui.export.places import open_project_row
from vostool.gui.imports import reading
from vostool.gui.imports.dialog import ImportDialog
from vostool.gui.session import listening
from vostool.gui.timeline.thumbnails import ThumbnailLoader
from vostool.gui.window import workbench
from vostool.io.batch import run as batch_run
from vostool.io.project import file as project_file
from vostool.io.project.file import ProjectFile
from vostool.masks.mask import Mask
from vostool.models.engine import SegmentRequest
from vostool.project.prompts import Point, Prompts
from vostool.review.queue import ReviewQueue

PATIENCE = 10.0
FULL = "There is no space left; free some."


class Gate:
    """Holds a thread until it is opened; then lets it pass, or fail."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.failure: Exception | None = None
        self._held: threading.Thread | None = None

    def __call__(self) -> None:
        if self._held not in (None, threading.current_thread()):
            return  # such as the same work for the next video
        self._held = threading.current_thread()
        self.begun.set()
        assert self.go.wait(PATIENCE), "nobody opened the gate"
        if self.failure is not None:
            raise self.failure

    def before(self, patch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        """Put it before a function or method."""
        whole = getattr(owner, name)

        def gated(*args: object, **kwargs: object) -> object:
            self()
            return whole(*args, **kwargs)

        patch.setattr(owner, name, gated)


@dataclass
class Stage:
    """One window with one gate."""

    hand: Hand
    engine: TruthEngine
    patch: pytest.MonkeyPatch
    folder: Path
    other: Path
    gate: Gate = field(default_factory=Gate)


MODAL = "its dialog lies over the window and takes all clicks and keys"
ALL_BUT_CANCEL = dict.fromkeys(
    ("open another", "save", "save as", "change engine", "undo and redo", "delete", "start a run"),
    MODAL,
)


@dataclass(frozen=True)
class Busy:
    """One X of the matrix.

    Attributes:
        begin: begins it; the gate is reached soon after.
        failure: what the gate raises where it fails; None: it cannot fail by itself.
        said: a part of the sentence that the person reads then.
        not_with: deeds that are impossible or mean nothing meanwhile, and why.
    """

    name: str
    begin: Callable[[Stage], object]
    failure: Exception | None = None
    said: str = ""
    not_with: dict[str, str] = field(default_factory=dict)


def _opening(s: Stage) -> None:
    whole = workbench.opening

    def gated(path: Path, source: Path | None = None) -> Callable[..., object]:
        work = whole(path, source)
        if path != s.other:
            return work

        def held(progress: object) -> object:
            s.gate()
            return work(progress)  # type: ignore[arg-type]

        return held

    s.patch.setattr(workbench, "opening", gated)
    s.hand.bench.open_path(s.other)


def _loading(s: Stage) -> None:
    s.hand.bench.worker.use(lambda: (s.gate(), TruthEngine(s.hand.clip))[1])


def _click(s: Stage) -> None:
    s.gate.before(s.patch, s.engine, "segment")
    s.hand.session.select(None)
    s.hand.click_object(2)


def _run(s: Stage) -> None:
    whole = s.engine._may_go_on
    s.patch.setattr(s.engine, "_may_go_on", lambda cancelled: (s.gate(), whole(cancelled))[1])
    s.hand.keys("]")


def _preview(s: Stage) -> None:
    s.gate.before(s.patch, s.engine, "segment")
    s.hand.bench.worker.preview(SegmentRequest(0, 1, Prompts((Point(9.0, 9.0),))))


def _autosave(s: Stage) -> None:
    s.gate.before(s.patch, ProjectFile, "write")
    s.hand.session.add_object()


def _save_as(s: Stage) -> None:
    s.gate.before(s.patch, project_file, "create")
    s.hand.bench.workspace.storage.save_as(s.folder / "copy.vos")


def _mask(s: Stage) -> None:
    def change(mask: Mask) -> Mask:
        s.gate()
        return s.hand.truth(0, 3)

    s.hand.bench.workspace.mask_editor.edit("Paint", change)


def _frames(s: Stage) -> None:
    s.gate.before(s.patch, FrameLoader, "work")
    s.hand.session.go_to(20)


def _thumbnails(s: Stage) -> None:
    s.gate.before(s.patch, ThumbnailLoader, "work")
    s.hand.window.timeline.zoom(4)


def _review(s: Stage) -> None:
    whole = ReviewQueue.work
    queue = s.hand.bench.workspace.review.queue

    def slow(self: ReviewQueue, seconds: float) -> object:
        s.gate.begun.set()
        return whole(self, seconds) if self is not queue or s.gate.go.is_set() else None

    s.patch.setattr(ReviewQueue, "work", slow)
    s.hand.session.add_object()
    s.hand.bench.workspace.review._work()


def _import(s: Stage) -> None:
    s.gate.before(s.patch, reading, "detect_format")
    labels = s.folder / "labels.json"
    labels.write_text("{}")
    workspace = s.hand.bench.workspace
    ImportDialog(workspace.document, workspace.source, labels, s.hand.window).open()


def _export(s: Stage) -> None:
    s.gate.before(s.patch, batch_run, "_write" if hasattr(batch_run, "_write") else "export")
    workspace = s.hand.bench.workspace
    row = open_project_row(workspace.document, workspace.source, None)
    dialog = ExportDialog([row], s.hand.window)
    dialog.ui.folder.setText(str(s.folder / "exported"))
    dialog.open()
    dialog.start()


def _download(s: Stage) -> None:
    s.patch.setattr(models_dialog, "fetch", lambda *_, **__: (s.gate(), s.folder)[1])
    s.hand.bench.engine.fetch_small()


class _Silence:
    """A listener that hears nothing."""

    labels = ()

    def listen(self, video: Path) -> Iterator[object]:
        return iter(())

    def close(self) -> None:
        """Nothing is held."""


def _listening(s: Stage) -> None:
    s.patch.setattr(listening, "require_sound", lambda path: None)
    s.patch.setattr(listening, "create_listener", lambda *_: (s.gate(), _Silence())[1])
    s.hand.bench.workspace.listening.start("ast")


CRASH = RuntimeError("it broke")
BUSY = (
    Busy("opening", _opening, ModelError("This file is no video."), "is no video"),
    Busy("loading an engine", _loading, ModelError("No memory for it."), "No memory"),
    Busy("a click", _click, CRASH, "it broke"),
    Busy("a run", _run, CRASH, "it broke"),
    Busy("a preview", _preview, CRASH),
    Busy("autosave", _autosave, ProjectFileError(FULL), FULL),
    Busy("Save as", _save_as, ProjectFileError(FULL), FULL),
    Busy("mask editing", _mask, CRASH, "it broke"),
    Busy("a frame", _frames, CRASH, "it broke"),
    Busy("thumbnails", _thumbnails, CRASH, "it broke"),
    Busy("review", _review),
    Busy("listening", _listening),
    Busy("importing", _import, not_with=ALL_BUT_CANCEL),
    Busy("exporting", _export, not_with=ALL_BUT_CANCEL),
    Busy("downloading", _download, not_with=ALL_BUT_CANCEL),
)
