"""The sdist, the wheel made from it, and that wheel in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from vostool.commands.demo import find_clip
from vostool.errors import SourceError

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "vostool", "resources")
WANTED = {".py", ".qss", ".svg", ".mo"}
SEPARATE = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "VOSTOOL_CHECKPOINTS")

WINDOW = """
import sys
from pathlib import Path
from PyQt6.QtCore import QTimer
import vostool
from vostool.gui.widgets.theme import icon
from vostool.gui.window import app

application = app.make_application(sys.argv[:1])
program = app.build()
bench = program.bench
bench.show()
bench.open_path(sys.argv[1])

def look():
    if bench.workspace is not None and bench.workspace.display.shown_frame == 0:
        masks = len(bench.workspace.session.document.project.masks.at(0))
        print(vostool.__file__)
        print("visible", bench.window.isVisible(), "masks", masks)
        print("style", len(application.styleSheet()) > 500, "icon", not icon("brush").isNull())
        timer.stop()
        bench.window.close()

timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
QTimer.singleShot(20000, lambda: sys.exit("the project was not shown"))
sys.exit(application.exec())
"""


@dataclass(frozen=True)
class Clean:
    """An environment that holds the wheel and nothing else of ours, away from the checkout."""

    folder: Path
    python: Path
    vostool: Path

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a program in a folder that is no checkout, with a home of its own."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        own = {name: str(home) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
        own |= {"VOSTOOL_CONFIG": str(home), "VOSTOOL_DRAFTS": str(home / "drafts")}
        kept = {name: value for name, value in os.environ.items() if name not in SEPARATE}
        return subprocess.run(
            [str(word) for word in words],
            cwd=home, env={**kept, **own, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist and the wheel, as `make wheel` makes them, from a copy."""
    copy = tmp_path_factory.mktemp("source")
    leave = shutil.ignore_patterns("__pycache__")
    for name in SOURCES:
        here = REPOSITORY / name
        if here.is_dir():
            shutil.copytree(here, copy / name, ignore=leave)
        else:
            shutil.copy(here, copy / name)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(copy / "dist"), "."],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / "dist"


@pytest.fixture(scope="module")
def clean(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Clean:
    """The wheel, installed in a new environment that borrows the dependencies of this one.

    The path file adds this environment's packages without reading their own path files, so that
    an editable install of the checkout has no effect there.
    """
    folder = tmp_path_factory.mktemp("clean")
    place = folder / "venv"
    venv.create(place, symlinks=os.name != "nt")
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    python = programs / Path("python").with_suffix(".exe" if os.name == "nt" else "")
    wheel = next(dist.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-index", "--no-deps", "--no-compile", str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    asked = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    borrowed = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (Path(asked.stdout.strip()) / "borrowed.pth").write_text("\n".join(borrowed))
    return Clean(folder, python, programs / "vostool")


def test_the_wheel_holds_every_file_of_the_program_and_no_other(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    held = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    ours = {"vostool/py.typed", "vostool/models/mobile_sam/ranges.json"}
    ours |= {p.relative_to(REPOSITORY).as_posix() for p in (REPOSITORY / "vostool").rglob("*.py")}
    resources = [p for p in (REPOSITORY / "resources").rglob("*") if p.suffix in WANTED]
    ours |= {"vostool/" + p.relative_to(REPOSITORY).as_posix() for p in resources}
    assert len(resources) > 30
    assert held == ours


def test_the_sdist_holds_what_the_wheel_is_built_from(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    resources = [p for p in (REPOSITORY / "resources").rglob("*") if p.suffix in WANTED]
    assert {"pyproject.toml", "setup.py", "README.md", "LICENSE", "vostool/py.typed"} <= held
    assert "vostool/models/mobile_sam/ranges.json" in held
    assert {p.relative_to(REPOSITORY).as_posix() for p in resources} <= held


def test_what_runs_is_the_wheel(clean: Clean) -> None:
    done = clean.run(clean.python, "-c", "import vostool; print(vostool.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(clean.folder), done.stderr
    assert clean.run(clean.vostool, "--version").stdout.startswith("vostool ")


@pytest.mark.window
@pytest.mark.window
def test_the_demo_and_the_window_run_from_the_wheel(clean: Clean) -> None:
    try:
        find_clip()
    except SourceError as error:
        pytest.skip(str(error))
    out = clean.folder / "demo"
    done = clean.run(clean.vostool, "demo", "--engine", "flow", "--frames", "12", "--out", out)
    assert done.returncode == 0, done.stderr
    assert (out / "real-first-mask.png").is_file()
    assert (out / "real" / "coco" / "annotations" / "instances_default.json").is_file()
    shown = clean.run(clean.python, "-c", WINDOW, out / "real.vos")
    assert shown.returncode == 0, shown.stderr
    place, *facts = shown.stdout.splitlines()
    assert Path(place).is_relative_to(clean.folder)
    assert facts == ["visible True masks 1", "style True icon True"]
