"""Everything about looking at one window's canvas, put together: it changes no label."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PyQt6.QtCore import QObject, QRect
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QWidget

from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.cursor_tag import CursorTag
from vostool.gui.canvas.display import Appearance
from vostool.gui.canvas.mask_labels import MaskLabels
from vostool.gui.canvas.minimap import Minimap
from vostool.gui.canvas.name_chip import NameChip
from vostool.gui.canvas.overlay_renderer import Overlay
from vostool.gui.canvas.peek import Peek
from vostool.gui.canvas.readout import describe
from vostool.gui.canvas.view_panel import ViewPanel
from vostool.gui.canvas.view_state import FLAGS, ViewState, ViewValues
from vostool.gui.timeline.thumbnails import ThumbnailStrip
from vostool.gui.widgets.popover import Popover
from vostool.gui.window.status_bar import StatusBar
from vostool.gui.window.view.hover_preview import HoverPreview
from vostool.gui.window.view.local_refine import LocalRefine
from vostool.gui.window.view.naming_view import NamingView, on_canvas
from vostool.gui.window.view.target_view import TargetView
from vostool.gui.window.workspace import Workspace
from vostool.masks.styles import Style
from vostool.project.mask_notes import is_occluded
from vostool.words import mark, tr

NO_RUN = mark(
    "No track run of this sitting is left to compare with; the style shows what a run changed."
)


class ViewSide(QObject):
    """Panel, minimap, names, readout; follows the workspace that is open.

    Args:
        actions: by their ids; those of the View menu are checked as the state says.
        window: gets the keys of the peek, and the panel opens over it.

    Attributes:
        state: what the person has chosen.
        popover: has the panel, and opens at a button.
        refine, preview: of the open workspace; None without one.
    """

    def __init__(
        self,
        canvas: Canvas,
        thumbnails: ThumbnailStrip,
        status: StatusBar,
        actions: Mapping[str, QAction],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._canvas, self._thumbnails, self._status = canvas, thumbnails, status
        self._actions = actions
        self._workspace: Workspace | None = None
        self._overlay: Overlay | None = None
        self._place = (math.nan, math.nan)
        self.refine: LocalRefine | None = None
        self.preview: HoverPreview | None = None
        self.state = ViewState(self)
        self.panel = ViewPanel(self.state)
        self.labels = MaskLabels(canvas.view)
        self.minimap = Minimap(canvas)
        self.peek = Peek(window, self._show_bare)
        self.chip = NameChip(canvas)
        self.naming: NamingView | None = None
        self.tag = CursorTag(canvas)
        self.target: TargetView | None = None
        self.popover = Popover(self.panel, tr("Picture and masks"), window)
        canvas.hovered.connect(self._hovered)
        self.state.changed.connect(self._follow)
        self._follow(self.state.values)

    # -- what is open --------------------------------------------------------------------------

    def open(self, workspace: Workspace) -> None:
        """Follow this workspace until :meth:`close`."""
        self._workspace = workspace
        self.refine = LocalRefine(self._canvas, self._status, workspace)
        self.preview = HoverPreview(self._canvas, self._status, workspace)
        self.preview.set_wanted(self.state.values.preview)
        self.naming = NamingView(self._canvas, self.chip, workspace)
        self.target = TargetView(self._canvas, self.tag, workspace)
        if workspace.source.info.kind != "cvat":  # its frames would come over the network
            self._thumbnails.open(workspace.source.clone())
        workspace.display.shown.connect(self._shown)
        workspace.display.set_appearance(_appearance(self.state.values))

    def close(self) -> None:
        """Follow nothing."""
        self.peek.end()
        self._thumbnails.close_source()
        if self.refine is not None and self.preview is not None:
            self.refine.close()
            self.preview.close()
        self.refine = self.preview = None
        for view in (self.naming, self.target):
            if view is not None:
                view.close()
        self.naming = self.target = None
        if self._workspace is not None:
            self._workspace.display.shown.disconnect(self._shown)
            self._workspace = None
        self._shown(None)

    def thing_shown(self) -> QRect | None:
        """Where the current object is seen, in pixels of the screen; None where it is not."""
        workspace = self._workspace
        if workspace is None or workspace.session.current_object is None:
            return None
        frame, current = workspace.session.playhead, workspace.session.current_object
        record = workspace.document.project.masks.get(frame, current)
        if record is None or record.mask.is_empty:
            return None
        place = on_canvas(self._canvas, record.mask.bbox).intersected(self._canvas.rect())
        return QRect(self._canvas.mapToGlobal(place.topLeft()), place.size())

    # -- following -----------------------------------------------------------------------------

    def _follow(self, values: ViewValues) -> None:
        for name in FLAGS:
            self._actions[f"view_{name}"].setChecked(getattr(values, name))
        for style in Style:
            action = self._actions[f"style_{style.name.lower()}"]
            action.setChecked(style is values.style)
        self.minimap.set_wanted(values.minimap)
        self._thumbnails.set_wanted(values.thumbnails)
        if self.preview is not None:
            self.preview.set_wanted(values.preview)
        if self._workspace is not None:
            display = self._workspace.display
            newly = values.style is Style.DIFFERENCE is not display.appearance.style
            if newly and not display.knows_a_run:
                self._workspace.session.problem.emit(tr(NO_RUN))
            display.set_appearance(_appearance(values))
        self._show_labels()

    def _shown(self, overlay: Overlay | None) -> None:
        new_picture = overlay is None or self._overlay is None or (
            overlay.image is not self._overlay.image
        )  # fmt: skip
        self._overlay = overlay
        if new_picture:
            self.minimap.show_image(overlay.image if overlay is not None else None)
        self._show_labels()
        self._show_place()

    def _show_labels(self) -> None:
        overlay, workspace = self._overlay, self._workspace
        if overlay is None or workspace is None:
            self.labels.hide()
            return
        project = workspace.document.project
        self.labels.show(
            overlay.boxes,
            project,
            workspace.session.current_object,
            [oid for oid in overlay.boxes if is_occluded(project, overlay.frame, oid)],
            names=self.state.values.labels,
        )

    def _show_bare(self, bare: bool) -> None:
        if self._workspace is not None:
            self._workspace.display.show_bare(bare)

    # -- the readout ---------------------------------------------------------------------------

    def _hovered(self, x: float, y: float) -> None:
        self._place = (x, y)
        self._show_place()

    def _show_place(self) -> None:
        overlay, workspace = self._overlay, self._workspace
        text = ""
        if overlay is not None and workspace is not None:
            project = workspace.document.project
            text = describe(project, overlay.frame, overlay.image, *self._place)
        self._status.position.setText(text)


def _appearance(values: ViewValues) -> Appearance:
    return Appearance(values.style, values.opacity, values.adjustment)
