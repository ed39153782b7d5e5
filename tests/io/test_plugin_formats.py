"""Export and import formats of another distribution: found, used, and left out where broken."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from scratch_distribution import COUNTING_EXPORT, LINES_IMPORT, write_distribution

from vostool.errors import ExportError, LabelsError
from vostool.io.exports.exporters import FORMATS, ImageFiles, find_formats
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
    with pytest.raises(
        LabelsError, match=r"'a-confused' of scratch could not look at it .*confused"
    ):
        detect_format(other)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install formats of another distribution: (group, entry point, source of its module)."""

    def run(*formats: tuple[str, str, str]) -> None:
        modules = {f"scratch_{n}": source for n, (_, _, source) in enumerate(formats)}
        points: dict[str, dict[str, str]] = {}
        for n, (group, name, _) in enumerate(formats):
            points.setdefault(f"vostool.{group}_formats", {})[name] = f"scratch_{n}:FORMAT"
        monkeypatch.syspath_prepend(write_distribution(tmp_path / "site", modules, points))
        for n in range(len(formats)):
            sys.modules.pop(f"scratch_{n}", None)
        FORMATS.forget()
        IMPORT_FORMATS.forget()

    yield run
    monkeypatch.undo()
    FORMATS.forget()
    IMPORT_FORMATS.forget()


@pytest.mark.parametrize(
    "name",
    ["../up", "a/b", "a\\b", "con", "NUL.txt", ".hidden", "ends.", "two words", "COCO", "x" * 65],
)
def test_a_name_that_no_folder_can_have_is_refused(install, name: str) -> None:
    install(("export", name, COUNTING_EXPORT), ("import", name, LINES_IMPORT))
    for registry in (FORMATS, IMPORT_FORMATS):
        assert name not in registry
        (problem,) = registry.problems
        assert problem.startswith(f"The plug-in {name!r} of scratch was left out: ")
        assert ("letters, digits" in problem) == (name != "COCO")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("shapes = []", "shapes = {}['x']"), "KeyError: 'x'"),
        (("return Imported(", "return dict(shapes=("), "TypeError"),
        (("frame=frame", "frame=frame + 99"), "ValueError: it gave a shape on frame 100 of 3"),
        (("target.height, target.width", "3, 4"), "IndexError|ValueError: it gave a mask"),
    ],
)
def test_a_reader_that_fails_is_named_with_its_error(
    install, tmp_path: Path, change, reason
) -> None:
    old, new = change
    source = LINES_IMPORT.replace(old, new)
    if old.startswith("return"):
        source = LINES_IMPORT.replace("    return Imported", "    return {}\n    return Imported")
    install(("import", "lines", source))
    labels = tmp_path / "a.lines"
    labels.write_text("1,0,0,2,2\n")
    sentence = rf"The plug-in 'lines' of scratch could not read 'a.lines' \(({reason})"
    with pytest.raises(LabelsError, match=sentence) as raised:
        read_labels(labels, ImportTarget(16, 12, 3, "frame_{:06d}".format))
    assert str(raised.value).endswith("Update it, or uninstall its package.")


@pytest.mark.parametrize("method", ["__init__", "write", "finish", "picture_path"])
def test_a_writer_that_fails_is_named_and_nothing_is_written(
    install, tmp_path: Path, run_export, make_project, memory_source, method: str
) -> None:
    source = re.sub(
        rf"(def {method}\(.*\):\n)", r"\1        raise KeyError('lost')\n", COUNTING_EXPORT
    )
    install(("export", "counts", source))
    project = make_project(memory_source(2), {(0, 1): np.ones((12, 16), bool)})
    sentence = r"The plug-in 'counts' of scratch could not write, .* \(KeyError: 'lost'\)"
    with pytest.raises(ExportError, match=sentence):
        run_export(
            project, memory_source(2), ["coco", "counts"], tmp_path / "out", images=ImageFiles.PNG
        )
    assert not any((tmp_path / "out").rglob("*"))
