"""What the window shows while nothing is open: the ways to begin, and what was open lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QIcon
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vostool.gui.look.tokens import Space
from vostool.gui.window.start.recent import shown_name
from vostool.gui.window.start.recent_facts import HEIGHT, WIDEST, facts_of
from vostool.words import tr

BEGINNINGS = ("open", "open_folder", "cvat_open", "open_sample")
SHOWN = 6
WIDE = 720


class StartPage(QFrame):
    """Lies over ``over`` (the canvas) and has its size.

    Signals:
        path_chosen(Path): open this again.
    """

    path_chosen = pyqtSignal(object)

    def __init__(self, actions: Mapping[str, QAction], over: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = over
        self.setObjectName("start_page")
        self.setAutoFillBackground(True)
        self.buttons: dict[str, QPushButton] = {}
        self.recent_buttons: list[QPushButton] = []
        heading = QLabel(tr("Label objects in video"))
        heading.setObjectName("start_heading")
        hint = QLabel(tr("Open a video, a project or a folder of images, or drop one here."))
        ways = QHBoxLayout()
        for name in BEGINNINGS:
            ways.addWidget(self._way(actions[name]))
        ways.addStretch()
        self._recent_heading = QLabel(tr("Open again"))
        self._recent_heading.setObjectName("start_section")
        self._recent = QVBoxLayout()
        self._recent.setSpacing(Space.XS)
        inner = QWidget()
        inner.setMaximumWidth(WIDE)
        column = QVBoxLayout(inner)
        column.setSpacing(Space.M)
        for widget in (heading, hint):
            column.addWidget(widget)
        column.addLayout(ways)
        column.addSpacing(Space.L)
        column.addWidget(self._recent_heading)
        column.addLayout(self._recent)
        around = QVBoxLayout(self)
        around.addStretch(2)
        around.addWidget(inner, 0, Qt.AlignmentFlag.AlignHCenter)
        around.addStretch(3)
        over.installEventFilter(self)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List these places as buttons."""
        for button in self.recent_buttons:
            self._recent.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.recent_buttons = []
        for path in paths[:SHOWN]:
            button = QPushButton()
            name = button.fontMetrics().elidedText(
                shown_name(path), Qt.TextElideMode.ElideMiddle, WIDE - WIDEST - 4 * Space.L
            )
            button.setText(name.replace("&", "&&"))
            facts = facts_of(str(path))
            if facts is not None:
                button.setText(f"{button.text()}\n{facts.words}")
                button.setAccessibleDescription(facts.words)
                button.setIcon(QIcon(facts.pixmap))
                button.setIconSize(QSize(WIDEST, HEIGHT))
            button.setObjectName("recent")
            button.setFlat(True)
            button.setAccessibleName(tr("Open {path_name} again", path_name=path.name))
            button.setToolTip(str(path))
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(partial(self._choose, path))
            self._recent.addWidget(button)
            self.recent_buttons.append(button)
        self._recent_heading.setVisible(bool(paths))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the canvas."""
        if event is not None and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.setGeometry(self._over.geometry())
        return super().eventFilter(watched, event)

    def _way(self, action: QAction) -> QPushButton:
        button = QPushButton(action.text())
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.text().rstrip("…"))
        button.clicked.connect(lambda _checked=False: action.trigger())
        self.buttons[action.objectName()] = button
        return button

    def _choose(self, path: Path, _checked: bool = False) -> None:
        self.path_chosen.emit(path)
