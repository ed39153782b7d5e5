"""Which formats are written, by family, each with its own options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.widgets.option_fields import OptionFields
from vostool.gui.widgets.own_html import bold
from vostool.io.batch.options_text import Plain
from vostool.io.exports.exporters import FORMATS
from vostool.words import mark, tr

FAMILIES = {"labels": mark("Labels"), "rendered": mark("Rendered: to look at and to cut with")}
LINE = QSize(0, 20)
NAME_ROLE = Qt.ItemDataRole.UserRole
OptionValues = Mapping[str, Mapping[str, str | int | float | bool]]


class FormatsPanel(QWidget):
    """A list to tick in, and the options of the format that is selected in it.

    Signals:
        changed(): another choice of formats, or of their options.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.tree = QTreeWidget()
        self.items: dict[str, QTreeWidgetItem] = {}
        self.title = QLabel()
        self.left_out = QLabel(" ".join(FORMATS.problems))
        self.left_out.setWordWrap(True)
        self.left_out.setVisible(bool(FORMATS.problems))
        self.options = OptionFields()
        self._values: dict[str, Plain] = {}
        self._fill()
        self._lay_out()
        self.tree.itemChanged.connect(self._ticked)
        self.tree.currentItemChanged.connect(lambda *_: self._show_options())
        self.options.changed.connect(self._options_changed)
        self.tree.setCurrentItem(next(iter(self.items.values())))

    def chosen(self) -> tuple[str, ...]:
        """Names of the ticked formats, in the registry's order."""
        on = Qt.CheckState.Checked
        return tuple(name for name, item in self.items.items() if item.checkState(0) == on)

    def choose(self, names: Iterable[str]) -> None:
        """Tick these and no others, and show the first one's options."""
        wanted = set(names)
        self.tree.blockSignals(True)
        for name, item in self.items.items():
            state = Qt.CheckState.Checked if name in wanted else Qt.CheckState.Unchecked
            item.setCheckState(0, state)
        self.tree.blockSignals(False)
        first = next((item for name, item in self.items.items() if name in wanted), None)
        if first is not None:
            self.tree.setCurrentItem(first)
        self.changed.emit()

    def option_values(self) -> dict[str, Plain]:
        """What differs from the defaults, by format and option; of formats not ticked, too."""
        found: dict[str, Plain] = {}
        for name, values in self._values.items():
            usual = FORMATS[name].values({})
            given = {option: value for option, value in values.items() if value != usual[option]}
            if given:
                found[name] = given
        return found

    def set_option_values(self, values: OptionValues) -> None:
        """Use these, and the defaults for the others."""
        self._values = {name: FORMATS[name].values(given) for name, given in values.items()}
        self._show_options()
        self.changed.emit()

    def show_format(self, name: str) -> None:
        """Show the options of a format."""
        self.tree.setCurrentItem(self.items[name])

    # -- helpers -------------------------------------------------------------------------------

    def _fill(self) -> None:
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.setItemsExpandable(False)
        self.tree.setAccessibleName(tr("Formats"))
        viewport = self.tree.viewport()
        if viewport is not None and self.palette().color(QPalette.ColorRole.Base).lightness() < 128:
            # Empty boxes are painted in the base's colour: on a dark base they would not be seen.
            viewport.setBackgroundRole(QPalette.ColorRole.Button)
        for family, title in FAMILIES.items():
            head = QTreeWidgetItem(self.tree, [tr(title)])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            head.setSizeHint(0, LINE)
            for name, entry in FORMATS.items():
                if entry.family == family:
                    item = QTreeWidgetItem(head, [tr(entry.title)])
                    item.setData(0, NAME_ROLE, name)
                    item.setCheckState(0, Qt.CheckState.Unchecked)
                    keeps, loses = ", ".join(map(tr, entry.keeps)), ", ".join(map(tr, entry.loses))
                    item.setToolTip(
                        0,
                        tr(
                            "{name}\nKeeps: {keeps}.\nLoses: {loses}.",
                            name=name,
                            keeps=keeps,
                            loses=loses,
                        ),
                    )
                    self.items[name] = item
            head.setExpanded(True)

    def _lay_out(self) -> None:
        self.title.setWordWrap(True)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.XS, Space.XS, Space.M, Space.XS)
        column.addWidget(self.title)
        column.addWidget(self.options)
        column.addWidget(self.left_out)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumHeight(120)
        for surface in (area.viewport(), inside):
            assert surface is not None
            surface.setAutoFillBackground(False)  # the tab's own shows through
        layout = QVBoxLayout(self)
        layout.addWidget(self.tree, 3)
        layout.addWidget(area, 2)

    def _current(self) -> str | None:
        item = self.tree.currentItem()
        name = item.data(0, NAME_ROLE) if item is not None else None
        return name if isinstance(name, str) else None

    def _ticked(self, item: QTreeWidgetItem) -> None:
        """A format that is chosen shows its options."""
        if item.checkState(0) == Qt.CheckState.Checked:
            self.tree.setCurrentItem(item)
        self.changed.emit()

    def _show_options(self) -> None:
        name = self._current()
        if name is None:
            return
        entry = FORMATS[name]
        more = "" if entry.options else tr(": no options of its own")
        bold(self.title, tr(entry.title), more)
        self.options.show_options(entry.options, self._values.get(name))

    def _options_changed(self) -> None:
        name = self._current()
        if name is not None:
            self._values[name] = FORMATS[name].values(self.options.values())
            self.changed.emit()
