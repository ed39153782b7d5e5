"""The review panel: what is likely wrong, why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.review.model import FRAME, OBJECT, WHY, ReviewModel
from vostool.gui.review.rows import ROW, ReviewRow
from vostool.gui.session.review_work import Review, named_stretches
from vostool.gui.threads.timers import single_shot
from vostool.gui.widgets.elided_label import ElidedLabel
from vostool.gui.widgets.exact_row import select_exactly
from vostool.gui.widgets.plain_table import set_up_rows
from vostool.gui.widgets.tool_button import tool_button
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.review.events import ReviewEvent, ReviewFilter
from vostool.review.reasons import Reason
from vostool.words import mark, tr

BUTTONS = (
    "review_previous", "review_next", "review_play", "review_confirm", "review_dismiss",
)  # fmt: skip
SHORT = {"review_confirm": mark("Confirm"), "review_dismiss": mark("Dismiss")}
MORE = ("review_confirm_frame", "review_retrack", "review_bring_back")
PICTURES_MS = 80
"""After the rows changed: scrolling on asks for others."""
NOTHING_OPEN = mark("Nothing is open.")


class ReviewPanel(QWidget):
    """Shows the places of a :class:`Review`, and the reasons of the one that was gone to.

    Signals:
        chosen(ReviewEvent): a row was clicked.
        asked_for(ReviewFilter, bool): other places, or (True) in the order of time.
    """

    chosen = pyqtSignal(object)
    asked_for = pyqtSignal(object, bool)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._retrack = actions["review_retrack"]
        self._retrack.setChecked(True)
        self._confirm = actions["review_confirm"]
        self._review: Review | None = None
        self._project: Project | None = None
        self.model = ReviewModel(self)
        self.table = _make_table(self.model)
        self.table.setMinimumHeight(2 * ROW + 6)
        self.left = ElidedLabel()
        self.left.setAccessibleName(tr("Left to review"))
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.why.setAccessibleName(tr("Why this place may be wrong"))
        self.why_room = _scrolled(self.why)
        self.why_room.setMinimumHeight(5 * self.fontMetrics().lineSpacing())
        self.reasons = _combo(tr("Reason"), [tr("All reasons")])
        for reason in Reason:
            self.reasons.addItem(tr(reason.value).capitalize(), reason)
        self.objects = _combo(tr("Objects to review"), [tr("All objects")])
        self.order = _combo(tr("Order"), [tr("Worst first"), tr("In time")])
        self._lay_out(actions)
        self.table.clicked.connect(self._clicked)
        for combo in (self.reasons, self.objects, self.order):
            combo.activated.connect(self._ask)
        self._pictures = single_shot(self, PICTURES_MS, self._ask_for_pictures)
        self.model.modelReset.connect(self._pictures.start)
        bar = self.table.verticalScrollBar()
        assert bar is not None
        bar.valueChanged.connect(lambda _: self._pictures.start())
        self.show_review(None, None)

    def show_review(self, review: Review | None, project: Project | None) -> None:
        """Show another queue, or none."""
        self._review, self._project = review, project
        self.setEnabled(review is not None)
        for combo in (self.reasons, self.objects, self.order):
            combo.setCurrentIndex(0)
        self.show_objects()
        self.model.set_review(review, project)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._pictures.start()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._pictures.start()

    def _ask_for_pictures(self) -> None:
        """Of the rows in sight; a panel that is not seen decodes nothing."""
        room = self.table.viewport()
        if room is None or self.visibleRegion().isEmpty():
            return
        first, last = (self.table.rowAt(y) for y in (1, room.height() - 1))
        self.model.ask_for_pictures(first, last if last >= 0 else self.model.rowCount() - 1)

    def show_objects(self) -> None:
        """Offer the project's objects in the filter, as they are called now."""
        chosen = self.objects.currentData()
        self.objects.clear()
        self.objects.addItem(tr("All objects"))
        project = self._project
        if project is not None:
            for oid, shown in project.objects.items():
                self.objects.addItem(object_title(project, shown), oid)
        found = self.objects.findData(chosen) if chosen is not None else 0
        self.objects.setCurrentIndex(max(found, 0))
        if found < 0:
            self._ask()

    def refresh(self) -> None:
        """Read the queue again."""
        bar = self.table.verticalScrollBar()
        assert bar is not None
        place = bar.value()
        if self.model.refresh():
            bar.setValue(place)
        self.left.setText(self._left_text())
        self.left.setToolTip(self._left_tip())
        self.show_current()

    def show_current(self) -> None:
        """Mark the current place and say what is the matter with it."""
        review = self._review
        here = (review.live or review.current) if review is not None else None
        row = self.model.row_of(here)
        if row < 0:
            self.table.clearSelection()
        else:
            select_exactly(self.table, row)
            self.table.scrollTo(self.model.index(row, FRAME))
        text = self._why_text(here)
        if text != self.why.text():
            self.why.setText(text)
            self.why_room.ensureVisible(0, 0)
        self._say_what_is_confirmed(review.live if review is not None else None)

    def _say_what_is_confirmed(self, here: ReviewEvent | None) -> None:
        """In the tool tip of the button, below its own two lines."""
        lines = self._confirm.toolTip().split("\n")[:2]
        if here is not None and self._project is not None:
            named = named_stretches(self._project, here)
            lines.append(tr("Now: {named}, and nothing else", named=named))
        self._confirm.setToolTip("\n".join(lines))

    def _left_text(self) -> str:
        review = self._review
        if review is None:
            return tr(NOTHING_OPEN)
        left, asked = review.queue.count, review.queue.count_of(review.only)
        text = tr("{left} to review", left=left) if left else tr("Nothing flagged")
        masks, kept, dismissed = review.queue.answered()
        if masks and not left and (kept or dismissed):
            text = tr("Nothing flagged; {kept}/{masks}", kept=kept, masks=masks)
        if asked != left:
            text = tr("{asked} of {text}", asked=asked, text=text)
        return tr("{text}, looking…", text=text) if review.queue.pending else text

    def _left_tip(self) -> str:
        review = self._review
        masks, kept, _ = review.queue.answered() if review is not None else (0, 0, 0)
        if not masks:
            return self.left.text()
        whole = tr("{kept} of {masks} masks are confirmed or yours", kept=kept, masks=masks)
        return f"{self.left.text()}\n{whole}"

    def _why_text(self, here: ReviewEvent | None) -> str:
        review = self._review
        if review is None or here is None:
            return ""
        if review.live is None:
            span = tr("Frames {first} to {last}", first=here.first, last=here.last)
            where = span if here.first != here.last else tr("Frame {first}", first=here.first)
            return f"{where}: {review.queue.verdict(here)}"
        frame, oid = here.worst.place
        found = review.queue.findings(frame, oid)
        blamed = review.queue.blamed(here)
        said = [
            tr("Look at frame {frame}, object {oid}:", frame=frame, oid=oid),
            *(finding.text for finding in found),
            *([blamed] if blamed else []),
        ]
        shown = review.live or here
        said.append(
            tr(
                "Enter plays it, then shows that frame. A correction on frames {first} to {last} "
                "tracks those again by itself, and no others.",
                first=shown.first,
                last=shown.last,
            )
            if self._retrack.isChecked() and shown.first != shown.last
            else tr("Enter plays it, then shows that frame.")
        )
        return "\n".join(said)

    def _clicked(self, index: QModelIndex) -> None:
        event = self.model.event_at(index.row())
        if event is not None:
            self.chosen.emit(event)

    def _ask(self, _index: int = 0) -> None:
        only = ReviewFilter(self.reasons.currentData(), self.objects.currentData())
        self.asked_for.emit(only, self.order.currentIndex() == 1)

    def _lay_out(self, actions: Mapping[str, QAction]) -> None:
        first, filters = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.left, 1)
        first.addWidget(self.order)
        filters.addWidget(self.reasons, 1)
        filters.addWidget(self.objects, 1)
        self.left.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.XS)
        for name in BUTTONS:
            actions[name].setIconText(tr(SHORT.get(name, "")))
            button = tool_button(actions[name])
            if name in SHORT:  # with their icons the dock would take too much of the window
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            buttons.addWidget(button)
        buttons.addStretch()
        more = QToolButton()
        more.setText("…")
        more.setAccessibleName(tr("More for the review"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        menu.setToolTipsVisible(True)
        menu.addActions([actions[name] for name in MORE])
        more.setMenu(menu)
        buttons.addWidget(more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        layout.addLayout(first)
        layout.addLayout(filters)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.why_room)
        layout.addLayout(buttons)


def _scrolled(text: QLabel) -> QScrollArea:
    """A long text in little room, which would be painted over what is beside it otherwise."""
    room = QScrollArea()
    room.setWidget(text)
    room.setWidgetResizable(True)
    room.setFrameShape(QFrame.Shape.NoFrame)
    room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    room.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    room.setAccessibleName(text.accessibleName())
    return room


def _combo(name: str, items: list[str]) -> QComboBox:
    combo = QComboBox()
    combo.addItems(items)
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(6)
    return combo


def _make_table(model: ReviewModel) -> QTableView:
    table = QTableView()
    horizontal = set_up_rows(table, model, tr("Places to review"), ROW)
    horizontal.hide()
    horizontal.setSectionResizeMode(FRAME, QHeaderView.ResizeMode.Stretch)
    for column in (OBJECT, WHY):  # painted with the first one
        table.setColumnHidden(column, True)
    table.setItemDelegate(ReviewRow(table))
    return table
