"""Export and import formats of another distribution: found, used, and left out where broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scratch_distribution import COUNTING_EXPORT, LINES_IMPORT, write_distribution

from vostool.errors import LabelsError
from vostool.io.exports.exporters import FORMATS, find_formats
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import IMPORT_FORMATS, detect_format, read_labels

DETECT = 'return path.suffix == ".lines"'


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Formats that work, and one each of those that do not."""
    modules = {
        "scratch_counts": COUNTING_EXPORT,
        "scratch_lines": LINES_IMPORT,
        "scratch_confused": LINES_IMPORT.replace(DETECT, 'raise KeyError("confused")'),
        "scratch_broken": "raise OSError('libscratch.so is missing')",
        "scratch_old": "FORMAT = 'what an older version took'",
    }
    points = {
        "vostool.export_formats": {
            "counts": "scratch_counts:FORMAT",
            "dead": "scratch_broken:FORMAT",
            "gone": "scratch_counts:OTHER",
            "old": "scratch_old:FORMAT",
        },
        "vostool.import_formats": {
            "a-confused": "scratch_confused:FORMAT",
            "lines": "scratch_lines:FORMAT",
            "coco": "scratch_lines:FORMAT",
        },
    }
    monkeypatch.syspath_prepend(write_distribution(tmp_path / "site", modules, points))
    FORMATS.forget()
    IMPORT_FORMATS.forget()
    yield
    monkeypatch.undo()
    FORMATS.forget()
    IMPORT_FORMATS.forget()


def test_plugins_come_last_and_broken_ones_are_named(installed) -> None:
    assert list(FORMATS)[-1] == "counts" and "dead" not in FORMATS
    assert find_formats(["counts"])[0].title == "Masks counted"
    assert [text.split(" was left out: ")[0] for text in FORMATS.problems] == [
        f"The plug-in '{name}' of scratch" for name in ("dead", "gone", "old")
    ]
    assert "libscratch.so is missing" in FORMATS.problems[0]
    assert "scratch_old:FORMAT is no ExportFormat" in FORMATS.problems[2]


def test_a_name_of_the_program_is_not_taken_over(installed) -> None:
    assert IMPORT_FORMATS["coco"].title != "A box a line"
    assert "the name 'coco' is taken" in IMPORT_FORMATS.problems[0]


def test_a_format_that_breaks_at_a_look_hides_no_other(installed, tmp_path: Path) -> None:
    labels = tmp_path / "a.lines"
    labels.write_text("1,2,3,6,9\n")
    assert detect_format(labels).name == "lines"
    imported = read_labels(labels, ImportTarget(16, 12, 3, "frame_{:06d}".format))
    assert imported.shapes[0].frame == 1 and np.sum(imported.shapes[0].mask.to_array()) == 24
    other = tmp_path / "a.unknown"
    other.write_text("nothing that is known")
    with pytest.raises(LabelsError, match=r"'a-confused' could not look at it .*confused"):
        detect_format(other)
