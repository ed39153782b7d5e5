"""Small dialogs: what to open, where to save, what went wrong, and About."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QFileDialog,
    QInputDialog,
    QMessageBox,
    QWidget,
)

from vostool import __version__
from vostool.io.batch.recipe import SUFFIXES as RECIPES
from vostool.io.imports.importers import IMPORT_FORMATS
from vostool.io.project.file import SUFFIX
from vostool.words import mark, tr

VIDEO_ENDINGS = (
    "mp4 mov mkv webm avi m4v mpg mpeg ts mts m2ts wmv flv ogv 3gp gif mjpeg mjpg h264 h265 hevc"
)
VIDEOS = " ".join(f"*.{ending}" for ending in [SUFFIX[1:], *VIDEO_ENDINGS.split()])


def ask_for_file(parent: QWidget) -> Path | None:
    """A video or a project."""
    name, _ = QFileDialog.getOpenFileName(
        parent,
        tr("Open video or project"),
        "",
        tr("Videos and projects ({endings});;All files (*)", endings=VIDEOS),
    )
    return Path(name) if name else None


def ask_for_folder(parent: QWidget) -> Path | None:
    """A folder of images."""
    name = QFileDialog.getExistingDirectory(parent, tr("Open folder of images"))
    return Path(name) if name else None


def ask_for_labels(parent: QWidget) -> Path | None:
    """A label file."""
    endings = {ending for entry in IMPORT_FORMATS.values() for ending in entry.suffixes if ending}
    labels = " ".join(f"*{ending}" for ending in sorted(endings))
    name, _ = QFileDialog.getOpenFileName(
        parent, tr("Import labels"), "", tr("Labels ({labels});;All files (*)", labels=labels)
    )
    return Path(name) if name else None


def ask_for_labels_folder(parent: QWidget) -> Path | None:
    """A folder of labels."""
    name = QFileDialog.getExistingDirectory(parent, tr("Import folder of labels"))
    return Path(name) if name else None


def ask_for_projects(parent: QWidget) -> list[Path]:
    """Project files, several at once."""
    names, _ = QFileDialog.getOpenFileNames(
        parent, tr("Add projects"), "", tr("VOSTool projects (*{suffix})", suffix=SUFFIX)
    )
    return [Path(name) for name in names]


def ask_for_projects_folder(parent: QWidget) -> Path | None:
    """A folder that holds projects, at any depth."""
    name = QFileDialog.getExistingDirectory(parent, tr("Add all projects in a folder"))
    return Path(name) if name else None


def ask_for_recipe(parent: QWidget) -> Path | None:
    """A recipe of an export."""
    name, _ = QFileDialog.getOpenFileName(
        parent, tr("Load recipe"), "", tr("Recipes (*.toml *.json)")
    )
    return Path(name) if name else None


def ask_recipe_name(parent: QWidget, proposed: Path) -> Path | None:
    """A recipe to write to; asks before an existing one is replaced."""
    name, _ = QFileDialog.getSaveFileName(
        parent, tr("Save recipe as"), str(proposed), tr("Recipes (*.toml *.json)")
    )
    if not name:
        return None
    path = Path(name)
    return path if path.suffix.lower() in RECIPES else path.with_name(f"{path.name}.toml")


def ask_for_name(parent: QWidget, title: str, proposed: str) -> str | None:
    """A short name, such as a preset's."""
    name, agreed = QInputDialog.getText(parent, title, tr("Name"), text=proposed)
    return name.strip() if agreed and name.strip() else None


def ask_project_name(parent: QWidget, proposed: Path) -> Path | None:
    """A project file to write to; asks before an existing one is replaced."""
    name, _ = QFileDialog.getSaveFileName(
        parent,
        tr("Save project as"),
        str(proposed),
        tr("VOSTool projects (*{suffix})", suffix=SUFFIX),
    )
    if not name:
        return None
    path = Path(name)
    return path if path.suffix.lower() == SUFFIX else path.with_name(path.name + SUFFIX)


def ask_for_source(parent: QWidget, sentence: str) -> Path | None:
    """Where a project's video lies now."""
    box = QMessageBox(QMessageBox.Icon.Question, tr("Where is the video?"), sentence, parent=parent)
    file_button = box.addButton(tr("Find video…"), QMessageBox.ButtonRole.AcceptRole)
    folder_button = box.addButton(tr("Find image folder…"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    if box.clickedButton() is file_button:
        return ask_for_file(parent)
    if box.clickedButton() is folder_button:
        return ask_for_folder(parent)
    return None


def ask_to_replace(parent: QWidget, folder: Path) -> bool:
    """Whether earlier exports in this folder may be replaced."""
    answer = QMessageBox.question(
        parent,
        tr("Replace the earlier export?"),
        tr(
            "{folder} already holds an export. Replace it? Files that no export wrote are kept.",
            folder=folder,
        ),
    )
    return answer == QMessageBox.StandardButton.Yes


def show_about(parent: QWidget) -> None:
    """What this is, and under which licences it comes."""
    box = QMessageBox(
        QMessageBox.Icon.Information,
        tr("About VOSTool"),
        tr(ABOUT, version=__version__),
        parent=parent,
    )
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.RichText)
    box.open()


ABOUT = mark(
    "<h3>VOSTool {version}</h3><p>Label objects in video: click, track, correct, export.</p>"
    "<p>VOSTool's source is under the Apache License 2.0. It uses PyQt6, which is under the GPL "
    "version 3: a binary that contains PyQt6 may be passed on under the GPL only.</p>"
    "<p>SAM 2 by Meta AI, Apache License 2.0.</p>"
)
