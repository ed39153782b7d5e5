"""What the canvas shows: the playhead's picture with its masks, put together off the GUI thread."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from vostool.changes import Changes
from vostool.frames import FrameSource, Image
from vostool.gui import settings_values
from vostool.gui.canvas import Canvas
from vostool.gui.frame_loader import FrameLoader, FrameWish
from vostool.gui.overlay_renderer import Overlay, OverlayRenderer, OverlayWish
from vostool.gui.session import Session
from vostool.io.frame_cache import FrameCache
from vostool.overlay import DEFAULT_OPACITY, DEFAULT_OUTLINE


class Display(QObject):
    """Connects one session to the canvas. A picture and its masks always appear together.

    Attributes:
        shown_frame: the frame on the canvas now, or None before the first.
        opacity: of the masks' fill, 0..1.
    """

    def __init__(self, canvas: Canvas, session: Session, source: FrameSource) -> None:
        super().__init__()
        self.shown_frame: int | None = None
        self.opacity = DEFAULT_OPACITY
        self._canvas = canvas
        self._session = session
        self._serial = 0
        self._shown_serial = 0
        self._masks_hidden = False
        frame_bytes = settings_values.load().frame_megabytes * 2**20
        self.loader = FrameLoader(source, FrameCache(frame_bytes))
        self.renderer = OverlayRenderer()
        self.loader.loaded.connect(self._loaded)
        self.loader.failed.connect(self._failed)
        self.renderer.rendered.connect(self._rendered)
        session.playhead_moved.connect(self.refresh)
        session.object_selected.connect(self._object_selected)
        session.document.changed.connect(self._document_changed)
        self.loader.start()
        self.renderer.start()

    def refresh(self) -> None:
        """Show the playhead's frame as soon as it can be had; at once when it is cached."""
        frame = self._session.playhead
        image = self.loader.cached(frame)
        self.loader.ask(FrameWish(frame, self._session.direction))
        if image is not None:
            self._compose(frame, image)

    def hide_masks(self, hidden: bool) -> None:
        """Show the bare frame, or the masks again."""
        self._masks_hidden = hidden
        self.refresh()

    def set_opacity(self, opacity: float) -> None:
        """Set how strongly masks are filled, 0..1."""
        self.opacity = opacity
        self.refresh()

    def close(self) -> None:
        """End the threads."""
        for thread in (self.loader, self.renderer):
            thread.shut_down()
            thread.wait(5000)

    def _compose(self, frame: int, image: Image) -> None:
        self._serial += 1
        project = self._session.document.project
        masks = (
            ()
            if self._masks_hidden
            else tuple(
                (oid, record.mask)
                for oid, record in project.masks.at(frame).items()
                if self._session.shows(oid) and not record.mask.is_empty
            )
        )
        if not masks:
            self._show(Overlay(self._serial, frame, image, None))
            return
        colours = {oid: project.objects[oid].colour for oid, _ in masks}
        self.renderer.ask(
            OverlayWish(self._serial, frame, image, masks, colours, self.opacity, DEFAULT_OUTLINE)
        )

    def _rendered(self, overlay: Overlay) -> None:
        if overlay.serial > self._shown_serial:
            self._show(overlay)

    def _show(self, overlay: Overlay) -> None:
        self._shown_serial = overlay.serial
        if overlay.frame == self.shown_frame:
            self._canvas.show_overlay(overlay.rgba)
        else:
            self.shown_frame = overlay.frame
            self._canvas.show_message("")
            self._canvas.show_frame(overlay.image, overlay.rgba)
        self._show_prompts()

    def _show_prompts(self) -> None:
        project = self._session.document.project
        prompts = {
            oid: prompts
            for (frame, oid), prompts in project.prompts.items()
            if frame == self.shown_frame and self._session.shows(oid)
        }
        colours = {oid: project.objects[oid].colour for oid in prompts}
        self._canvas.show_prompts(prompts, colours, self._session.current_object)

    def _object_selected(self) -> None:
        if self._session.solo:
            self.refresh()
        self._show_prompts()

    def _loaded(self, frame: int) -> None:
        image = self.loader.cached(frame)
        if image is not None and frame == self._session.playhead and frame != self.shown_frame:
            self._compose(frame, image)

    def _failed(self, frame: int, sentence: str) -> None:
        if frame == self._session.playhead:
            self.shown_frame = None  # nothing is seen that could be clicked
            self._canvas.show_frame(None, None)
            self._canvas.show_prompts({}, {}, None)
            self._canvas.show_message(sentence)

    def _document_changed(self, changes: Changes) -> None:
        if changes.touches_frame(self._session.playhead):
            self.refresh()
