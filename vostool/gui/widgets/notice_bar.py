"""A quiet bar over the canvas' lower edge: what went wrong, with details, and a way to close it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.threads.timers import single_shot
from vostool.words import tr

MARGIN, WIDEST = 12, 860
Button = TypeVar("Button", QPushButton, QToolButton)
HINT_MS = 12_000
"""A hint goes by itself after this long; a problem stays until it is closed or followed."""


@dataclass(frozen=True)
class Problem:
    """What is shown of one, see :meth:`NoticeBar.show_problem`."""

    title: str
    sentence: str
    details: str
    stays: bool


class NoticeBar(QFrame):
    """Floats over ``over``, so that its coming and going moves nothing under the mouse.

    It takes no keys: work goes on while it is there.
    """

    def __init__(self, over: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = over
        self.setObjectName("notice_bar")
        self.setAccessibleName(tr("Notice"))
        self.setAutoFillBackground(True)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.title = QLabel()
        self.title.setObjectName("notice_title")
        self.details_button = _button(QPushButton(tr("Details")), tr("Show or hide the details"))
        self.details_button.setCheckable(True)
        self.copy_button = _button(QPushButton(tr("Copy")), tr("Copy the details, to send them on"))
        self.action_button = _button(QPushButton(), "")
        self._act: Callable[[], object] = _nothing
        self.close_button = _button(QToolButton(), tr("Close this notice"))
        self.close_button.setText("✕")
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName(tr("Details of the notice"))
        self.details.setFixedHeight(150)
        self._lay_out()
        self._problem: Problem | None = None
        self._waiting: list[Problem] = []
        self._timer = single_shot(self, HINT_MS, self.hide)
        self.close_button.clicked.connect(self._close)
        self.action_button.clicked.connect(self._take_action)
        self.details_button.toggled.connect(self._show_details)
        self.copy_button.clicked.connect(self._copy)
        over.installEventFilter(self)
        self.hide()

    def show_problem(
        self, title: str, sentence: str, details: str = "", *, stays: bool = False
    ) -> None:
        """Something that stops what the person asked for; stays until it is closed.

        Args:
            stays: nothing but the person's own click takes it away, as of an error that nobody
                foresaw. Where another problem comes meanwhile, it is shown again after that one.
        """
        self._timer.stop()
        shown = self._problem
        if shown is not None and shown.stays and shown.sentence != sentence:
            self._waiting.append(shown)
        self._show_problem(Problem(title, sentence, details, stays))

    def show_hint(self, sentence: str) -> bool:
        """Why something did not happen; goes by itself. False where a problem stands there."""
        if self._problem is not None:
            return False
        self._set("", sentence, "", "hint")
        self._timer.start()
        return True

    def show_done(self, sentence: str, action: str, act: Callable[[], object]) -> bool:
        """What was done, with a button beside it; False where a problem stands there."""
        if not self.show_hint(sentence):
            return False
        self.action_button.setText(action)
        self.action_button.setAccessibleName(action)
        self.action_button.show()
        self._act = act
        self._place()
        return True

    def dismiss(self) -> None:
        """What is shown concerns nobody any more; a problem that stays stays."""
        if self._problem is None or not self._problem.stays:
            self._close()

    def withdraw(self, title: str) -> None:
        """The problem of this title is over; every other notice stays."""
        if self._problem is not None and self._problem.title == title:
            self._close()

    def _close(self) -> None:
        self._timer.stop()
        self._problem = None
        self.hide()
        if self._waiting:
            self._show_problem(self._waiting.pop())

    def _show_problem(self, problem: Problem) -> None:
        self._problem = problem
        self._set(problem.title, problem.sentence, problem.details, "problem")

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kinds = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show)
        if event is not None and event.type() in kinds and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _set(self, title: str, sentence: str, details: str, kind: str) -> None:
        self.action_button.hide()
        self._act = _nothing
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.text.setText(sentence)
        self.setAccessibleDescription(f"{title}. {sentence}" if title else sentence)
        self.details.setPlainText(details)
        self.details_button.setChecked(False)
        self.details_button.setVisible(bool(details))
        self._show_details(False)
        self.setProperty("kind", kind)
        style = self.style()
        if style is not None:
            style.polish(self)
        self.show()
        self.raise_()
        self._place()

    def _show_details(self, shown: bool) -> None:
        self.details.setVisible(shown)
        self.copy_button.setVisible(shown)
        self._place()

    def _take_action(self) -> None:
        act = self._act
        self.dismiss()
        act()

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.details.toPlainText())

    def _place(self) -> None:
        area = self._over.geometry()
        width = min(area.width() - 2 * MARGIN, WIDEST)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        height = layout.totalHeightForWidth(width)
        left = area.left() + (area.width() - width) // 2
        self.setGeometry(left, area.bottom() - MARGIN - height, width, height)

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(Space.XS)
        texts.addWidget(self.title)
        texts.addWidget(self.text)
        row = QHBoxLayout()
        row.addLayout(texts, 1)
        for button in (
            self.action_button, self.copy_button, self.details_button, self.close_button,
        ):  # fmt: skip
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.M, Space.M)
        column.addLayout(row)
        column.addWidget(self.details)


def _nothing() -> None:
    """What the button does while there is none."""


def _button(button: Button, tip: str) -> Button:
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
