"""An engine, an export and an import format of another distribution, from the command line and here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from scratch_distribution import COUNTING_EXPORT, LINES_IMPORT, STILL_ENGINE, write_distribution

from vostool.cli import main
from vostool.gui.export.dialog import ExportDialog
from vostool.gui.imports.dialog import ImportDialog
from vostool.io.exports.exporters import FORMATS
from vostool.io.imports.importers import IMPORT_FORMATS
from vostool.models import registry


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One of each, and one of each that is broken."""
    modules = {
        "scratch_still": STILL_ENGINE,
        "scratch_counts": COUNTING_EXPORT,
        "scratch_lines": LINES_IMPORT,
        "scratch_broken": "raise OSError('libscratch.so is missing')",
    }
    points = {
        registry.GROUP: {"still": "scratch_still:ENGINE", "dead": "scratch_broken:ENGINE"},
        "vostool.export_formats": {"counts": "scratch_counts:FORMAT", "dead": "scratch_broken:A"},
        "vostool.import_formats": {"lines": "scratch_lines:FORMAT", "coco": "scratch_lines:FORMAT"},
    }
    monkeypatch.syspath_prepend(write_distribution(tmp_path / "site", modules, points))
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget() -> None:
    registry.forget_plugins()
    FORMATS.forget()
    IMPORT_FORMATS.forget()


def test_from_the_command_line(scratch, video: Path, tmp_path: Path, capsys) -> None:
    project, labels = tmp_path / "p.vos", tmp_path / "a.lines"
    labels.write_text("0,10,10,40,40\n3,12,10,42,40\n")
    assert main(["import", str(project), str(labels), "--video", str(video), "--quiet"]) == 0
    assert "'coco' of scratch was left out: the name 'coco' is taken" in capsys.readouterr().err
    out = tmp_path / "out"
    assert main(["export", str(project), "--format", "counts", "--out", str(out)]) == 0
    assert "'dead' of scratch was left out: libscratch.so is missing" in capsys.readouterr().err
    assert (out / "counts" / "counts.txt").read_text() == "0 1\n3 1"
    status = main(
        ["track", str(video), "--box", "0:1:10,10,40,40", "--engine", "still", "--project",
         str(tmp_path / "q.vos"), "--export", "counts", "--out", str(tmp_path / "q"), "--quiet"]
    )  # fmt: skip
    assert status == 0
    lines = (tmp_path / "q" / "counts" / "counts.txt").read_text().splitlines()
    assert lines == [f"{frame} 1" for frame in range(24)]


def test_in_the_window(scratch, opened, tmp_path: Path) -> None:
    with opened.qtbot.waitSignal(opened.bench.worker.engine_ready):
        opened.bench.engine.use("still")
    assert opened.bench.engine.current == "still"
    labels = tmp_path / "a.lines"
    labels.write_text("0,10,10,40,40\n")
    document, source = opened.bench.workspace.document, opened.bench.workspace.source
    dialog = ImportDialog(document, source, labels, opened.window)
    dialog.open()
    opened.until(dialog.import_button.isEnabled)
    assert dialog.format.currentText() == "A box a line"
    assert "'coco' is taken" in dialog.left_out.text() and dialog.left_out.isVisible()
    dialog.import_button.click()
    opened.until(lambda: dialog.summary is not None)
    assert opened.mask(0, 1).mask.area == 900
    dialog.reject()

    export = ExportDialog([], opened.window)
    export.open()
    item = export.ui.formats.items["counts"]
    item.setCheckState(0, Qt.CheckState.Checked)
    assert export.ui.formats.chosen()[-1] == "counts"
    assert "libscratch.so is missing" in export.ui.formats.left_out.text()
    export.reject()
