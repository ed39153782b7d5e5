"""What will be written, as a tree of files with counts and sizes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from vostool.gui.export.texts import totals
from vostool.gui.widgets import theme
from vostool.io.batch.preview import Preview, PreviewEntry, size_text
from vostool.words import tr

SHOWN_OPEN = 40
"""Up to so many lines the tree is shown with every folder open."""


LINE = QSize(0, 19)


@dataclass
class Node:
    """A folder of the tree, or a file where it has no children."""

    name: str
    files: int = 0
    size_bytes: int = 0
    folder: bool = True
    children: dict[str, Node] = field(default_factory=dict)


def tree_of(entries: tuple[PreviewEntry, ...]) -> Node:
    """The entries as nested folders that add up what lies in them."""
    root = Node("")
    for entry in entries:
        node = root
        parts = PurePosixPath(entry.path).parts
        for part in ("", *parts):
            node = node if not part else node.children.setdefault(part, Node(part))
            node.files += entry.files
            node.size_bytes += entry.size_bytes
        if entry.examples:
            name = " … ".join(entry.examples)
            node.children[name] = Node(name, entry.files, entry.size_bytes, folder=False)
        else:
            node.folder = False
    return root


class PreviewPanel(QWidget):
    """The tree, with the totals in a line below it."""

    def __init__(self) -> None:
        super().__init__()
        self.tree = QTreeWidget()
        self.summary = QLabel()
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([tr("Below the folder"), tr("Files"), tr("Size, about")])
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setAccessibleName(tr("What will be written"))
        header, title = self.tree.header(), self.tree.headerItem()
        assert header is not None and title is not None
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
            title.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        self.summary.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.summary)

    def show_preview(self, preview: Preview, replaced: int) -> None:
        """Show what would be written, and how many earlier exports that replaces."""
        root = tree_of(preview.entries)
        self.tree.clear()
        for child in root.children.values():
            self._add(self.tree.invisibleRootItem(), child)
        if _lines(root) <= SHOWN_OPEN:
            self.tree.expandAll()
        else:
            self.tree.expandToDepth(0)
        again = (
            tr(" Replaces {replaced} that were exported earlier.", replaced=replaced)
            if replaced
            else ""
        )
        self._say(totals(preview) + again, attention=not preview.fits)

    def show_waiting(self, text: str) -> None:
        """The tree is of an earlier choice; a new one is being made."""
        self._say(text)

    def clear(self, text: str = "") -> None:
        """There is nothing to show."""
        self.tree.clear()
        self._say(text)

    def _say(self, text: str, attention: bool = False) -> None:
        palette = self.palette()
        if attention:
            palette.setColor(QPalette.ColorRole.WindowText, theme.tone("bad"))
        self.summary.setPalette(palette)
        self.summary.setText(text)

    def _add(self, parent: QTreeWidgetItem | None, node: Node) -> None:
        name = f"{node.name}/" if node.folder else node.name
        item = QTreeWidgetItem(parent, [name, f"{node.files:,}", size_text(node.size_bytes)])
        for column in (1, 2):
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            item.setTextAlignment(column, right)
        item.setSizeHint(0, LINE)
        item.setToolTip(0, name)
        for child in node.children.values():
            self._add(item, child)


def _lines(node: Node) -> int:
    return 1 + sum(_lines(child) for child in node.children.values())
