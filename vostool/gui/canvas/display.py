"""What the canvas shows: the playhead's picture with its masks, put together off the GUI thread."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.frames import FrameSource, Image
from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.frame_loader import FrameLoader, FrameWish
from vostool.gui.canvas.overlay_renderer import Overlay, OverlayRenderer, OverlayWish
from vostool.gui.canvas.view_adjust import Adjustment
from vostool.gui.session.session import Session
from vostool.gui.settings import values as settings_values
from vostool.io.video.frame_cache import FrameCache
from vostool.masks.mask import Mask, MaskRecord
from vostool.masks.overlay import DEFAULT_OPACITY, DEFAULT_OUTLINE
from vostool.masks.styles import Look, Style
from vostool.project.changes import Cell, Changes, Table
from vostool.project.history import Step
from vostool.project.stacking import STACKING_SETTING, front_to_back
from vostool.runs.parts import RunProgress

Masks = tuple[tuple[int, Mask], ...]
HIDING = (Style.SPOTLIGHT, Style.CHECKERBOARD, Style.BLACK)
"""Styles that hide the frame around the objects; with them empty masks are drawn as well."""
LINES_A_PIXEL = 540
"""Lines of a frame for each pixel of an outline, so that it is seen on a large frame as well."""


@dataclass(frozen=True)
class Appearance:
    """How pictures and masks are shown; see :mod:`vostool.gui.canvas.view_state`."""

    style: Style = Style.FILL
    opacity: float = DEFAULT_OPACITY
    adjustment: Adjustment = field(default_factory=Adjustment)


class Display(QObject):
    """Connects one session to the canvas. A picture and its masks always appear together.

    Attributes:
        shown_frame: the frame on the canvas now, or None before the first.
        appearance: how it is shown.

    Signals:
        shown(Overlay): this is on the canvas now; None: nothing is.
        broke(str): one sentence about an exception in one of the display's threads.
    """

    shown = pyqtSignal(object)
    broke = pyqtSignal(str)

    def __init__(self, canvas: Canvas, session: Session, source: FrameSource) -> None:
        super().__init__()
        self.shown_frame: int | None = None
        self.appearance = Appearance()
        self._shown_adjustment = Adjustment()
        self._last_run: Step | None = None
        self._run_goes = False
        self._bare = False
        self._compared: frozenset[int] = frozenset()
        self._compared_on = range(0)
        self._canvas = canvas
        self._session = session
        self._serial = 0
        self._shown_serial = 0
        self._awaited: int | None = None
        self._masks_hidden = False
        frame_bytes = settings_values.load().frame_megabytes * 2**20
        self.loader = FrameLoader(source, FrameCache(frame_bytes))
        self.renderer = OverlayRenderer()
        self.loader.loaded.connect(self._loaded)
        self.loader.failed.connect(self._failed)
        self.renderer.rendered.connect(self._rendered)
        session.playhead_moved.connect(self.refresh)
        session.object_selected.connect(self._object_selected)
        session.chosen_changed.connect(self.refresh)
        session.document.changed.connect(self._document_changed)
        session.run_progressed.connect(self._run_progressed)
        session.run_ended.connect(self._run_ended)
        for thread in (self.loader, self.renderer):
            thread.broke.connect(self.broke)
            thread.start()

    def refresh(self) -> None:
        """Show the playhead's frame as soon as it can be had; at once when it is cached."""
        frame = self._session.playhead
        image = self.loader.cached(frame)
        self._awaited = frame if image is None else None
        self.loader.ask(FrameWish(frame, self._session.direction))
        if image is not None:
            self._compose(frame, image)

    def picture(self, frame: int) -> Image | None:
        """A frame's picture, (H, W, 3) uint8 RGB, where it is decoded; else None."""
        return self.loader.cached(frame)

    def hide_masks(self, hidden: bool) -> None:
        """Show the bare frame, or the masks again."""
        self._masks_hidden = hidden
        self.refresh()

    def show_bare(self, bare: bool) -> None:
        """Show the frame with nothing on it, for as long as it is wanted, or everything again."""
        self._bare = bare
        self.refresh()

    def set_appearance(self, appearance: Appearance) -> None:
        """Show pictures and masks in another way."""
        if appearance != self.appearance:
            self.appearance = appearance
            self.refresh()

    def compare(self, object_ids: Collection[int], frames: range) -> None:
        """Show the whole outlines of these objects on these frames, whatever lies in front."""
        before = self._compared, self._compared_on
        self._compared, self._compared_on = frozenset(object_ids), frames
        if (self._compared, self._compared_on) != before:
            self.refresh()

    @property
    def knows_a_run(self) -> bool:
        """True where a track run can be taken back, so that its difference can be shown."""
        history = self._session.document.history
        return self._last_run is not None and history.holds(self._last_run)

    def close(self) -> None:
        """Show nothing more, and let the threads end after what they work on."""
        self.loader.loaded.disconnect(self._loaded)
        self.loader.failed.disconnect(self._failed)
        self.renderer.rendered.disconnect(self._rendered)
        for thread in (self.loader, self.renderer):
            thread.broke.disconnect(self.broke)
            thread.shut_down()
        self.loader.forget()

    def _compose(self, frame: int, image: Image) -> None:
        self._serial += 1
        how = self.appearance
        masks, before = self._masks(frame)
        if not masks and not before and how.adjustment.is_neutral:
            self._show(Overlay(self._serial, frame, image, None))
            return
        project = self._session.document.project
        ids = {oid for oid, _ in (*masks, *before)}
        look = Look(
            how.style,
            how.opacity,
            max(DEFAULT_OUTLINE, round(image.shape[0] / LINES_A_PIXEL)),
            front_to_back(project),
            self._session.chosen,
            self._compared if frame in self._compared_on else frozenset(),
        )
        colours = {oid: project.objects[oid].colour for oid in ids}
        self.renderer.ask(
            OverlayWish(self._serial, frame, image, masks, colours, look, before, how.adjustment)
        )

    def _masks(self, frame: int) -> tuple[Masks, Masks]:
        """The masks to draw and, for the difference, what they were before the last run."""
        if self._masks_hidden or self._bare:
            return (), ()
        hiding = self.appearance.style in HIDING
        masks = tuple(
            (oid, record.mask)
            for oid, record in self._session.document.project.masks.at(frame).items()
            if self._session.shows(oid) and (hiding or not record.mask.is_empty)
        )
        wanted = self.appearance.style is Style.DIFFERENCE
        return masks, self._before_run(frame) if wanted else ()

    def _before_run(self, frame: int) -> Masks:
        project = self._session.document.project
        if self._last_run is None or not self.knows_a_run:
            return ()
        nothing = Mask.empty(project.source.height, project.source.width)
        found = []
        for oid in project.objects:
            change = self._last_run.cells.get(Cell(Table.MASKS, (frame, oid)))
            if change is not None and self._session.shows(oid):
                old = change.before
                found.append((oid, old.mask if isinstance(old, MaskRecord) else nothing))
        return tuple(found)

    def _rendered(self, overlay: Overlay) -> None:
        if overlay.serial > self._shown_serial:
            self._show(overlay)

    def _show(self, overlay: Overlay) -> None:
        self._shown_serial = overlay.serial
        if overlay.frame == self.shown_frame and overlay.adjustment == self._shown_adjustment:
            self._canvas.show_overlay(overlay.rgba)
        else:
            self.shown_frame = overlay.frame
            self._shown_adjustment = overlay.adjustment
            self._canvas.show_message("")
            self._canvas.show_doubt(self.loader.word(overlay.frame))
            picture = overlay.image if overlay.adjusted is None else overlay.adjusted
            self._canvas.show_frame(picture, overlay.rgba)
        self._show_prompts()
        self.shown.emit(overlay)

    def _show_prompts(self) -> None:
        project = self._session.document.project
        prompts = {
            oid: prompts
            for (frame, oid), prompts in project.prompts.items()
            if frame == self.shown_frame and self._session.shows(oid) and not self._bare
        }
        colours = {oid: project.objects[oid].colour for oid in prompts}
        self._canvas.show_prompts(prompts, colours, self._session.current_object)
        frame = self.shown_frame
        records = [] if frame is None or self._bare else list(project.masks.at(frame).values())
        self._canvas.show_confirmed(sum(record.confirmed for record in records), len(records))

    def _object_selected(self) -> None:
        self.refresh()  # the selected object is drawn with a stronger outline
        self._show_prompts()

    def _loaded(self, frame: int) -> None:
        image = self.loader.cached(frame)
        if image is not None and frame == self._awaited:
            self._awaited = None
            self._compose(frame, image)

    def _failed(self, frame: int, sentence: str) -> None:
        if frame == self._session.playhead:
            self.shown_frame = None  # so that tools refuse to act on a frame that is not seen
            self._canvas.show_frame(None, None)
            self._canvas.show_prompts({}, {}, None)
            self._canvas.show_confirmed(0, 0)
            self._canvas.show_doubt("")
            self._canvas.show_message(sentence)
            self.shown.emit(None)

    def _document_changed(self, changes: Changes) -> None:
        restacked = STACKING_SETTING in changes.settings
        if restacked or changes.touches_frame(self._session.playhead):
            self.refresh()

    def _run_progressed(self, _progress: RunProgress) -> None:
        if not self._run_goes:  # it has just begun, and its step is the last one
            self._run_goes = True
            self._last_run = self._session.document.history.last

    def _run_ended(self) -> None:
        self._run_goes = False
