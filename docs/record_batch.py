"""Makes the pictures of the export dialog: before, during and after a run of five projects.

One of the five is broken. Projects and clips are generated; the dialog is driven by real mouse and
key events on an X display (Xvfb :81 -screen 0 1280x800x24, say), with xdotool and ImageMagick.
usage: DISPLAY=:81 python docs/record_batch.py FOLDER_FOR_PICTURES [--theme Dark]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from screen import Screen

from vostool.evaluate.generated_clip import GeneratedClip, generate_clip, write_video
from vostool.io.project.file import create
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, Table, Value
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project

FRAMES, WIDTH, HEIGHT = 60, 480, 270
NAMES = "ladybird", "fish", "starfish"
PATIENCE = 60.0
LOOKING = 15.0
"""Seconds; nothing on the disk tells when the dialog has looked at everything."""


def main() -> int:
    """Make the projects, run the dialog, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", default="Light")
    parser.add_argument("--projects", type=Path, help="a new folder for the five projects")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.projects or Path(scratch, "meadow")
        folder.mkdir(parents=True)
        first = make_projects(folder)
        Path(scratch, "vostool.ini").write_text(f"[General]\ntheme={arguments.theme}\n")
        environment = os.environ | {
            "VOSTOOL_CONFIG": scratch,
            "VOSTOOL_DRAFTS": f"{scratch}/drafts",
        }
        command = [sys.executable, "-m", "vostool", str(first)]
        program = subprocess.Popen(command, env=environment)
        try:
            record(Screen(arguments.folder), folder)
        finally:
            program.terminate()
            program.wait(20)
    return 0


def make_projects(folder: Path) -> Path:
    """Five projects of one generated clip, the fourth one cut short; returns the first."""
    clip = generate_clip(FRAMES, WIDTH, HEIGHT)
    for number in range(1, 6):
        video = folder / f"meadow-{number}.mp4"
        write_video(clip, video)
        with closing(open_source(video)) as source:
            project = Project(source_ref(source))
        project.load(cells(clip, number))
        create(video.with_suffix(".vos"), project).close()
    broken = folder / "meadow-4.vos"
    broken.write_bytes(broken.read_bytes()[:9000])
    return folder / "meadow-1.vos"


def cells(clip: GeneratedClip, number: int) -> list[tuple[Cell, Value]]:
    """Objects and masks; the first two projects are confirmed, others have things to find."""
    found: list[tuple[Cell, Value]] = []
    for object_id, name in enumerate(NAMES, 1):
        known = not (number == 3 and object_id == 3)
        label = AnnotatedObject.new(object_id, name) if known else AnnotatedObject.new(object_id)
        found.append((Cell(Table.OBJECTS, object_id), label))
        for frame, ids in enumerate(clip.ids):
            mask = ids == object_id
            if number == 5 and object_id == 2:
                mask = mask | (ids == 1)  # over the ladybird
            record = MaskRecord(Mask.from_array(mask), Provenance.TRACKED, 0.9, number < 3)
            found.append((Cell(Table.MASKS, (frame, object_id)), record))
    return found


def record(screen: Screen, folder: Path) -> None:
    """Open the dialog with one project, add the other four, look, run, read the report."""
    until(lambda: windows(screen, "meadow-1"))
    window = windows(screen, "meadow-1")[-1]
    screen.do("windowmove", window, 0, 0, "windowsize", window, 1280, 800, "windowfocus", window)
    time.sleep(1)
    until(lambda: screen.keys("ctrl+e") or windows(screen, "^Export$"))  # it may still be opening
    dialog = shown(screen, "Export")
    place = ("windowmove", dialog, 0, 0, "windowsize", dialog, 1280, 800, "windowfocus", dialog)
    screen.do(*place)
    time.sleep(1)
    screen.picture("batch-0-one-project")
    screen.keys("alt+o")
    chooser = "Add all projects in a folder"
    shown(screen, chooser)
    time.sleep(1)
    screen.type(str(folder))
    time.sleep(1)
    while windows(screen, chooser):  # a first Return may only close the list of completions
        screen.keys("Return")
        time.sleep(1)
    screen.do("windowfocus", dialog)
    time.sleep(1)
    screen.click(*OVERLAY_VIDEO)
    screen.click(*FIFTH_ROW)
    time.sleep(LOOKING)
    screen.picture("batch-1-before")
    screen.keys("alt+e")
    until((folder / "labels" / "meadow-2").exists)
    screen.picture("batch-2-during")
    until(lambda: len(list((folder / "labels" / "meadow-5").glob("*"))) >= 4)
    time.sleep(2)
    screen.picture("batch-3-after")


def windows(screen: Screen, name: str) -> list[str]:
    """Windows whose title holds the name."""
    words = ["xdotool", "search", "--onlyvisible", "--name", name]
    return subprocess.run(words, check=False, capture_output=True, text=True).stdout.split()


def shown(screen: Screen, name: str) -> str:
    """The window of this name, as soon as it is there and has the keyboard."""
    until(lambda: windows(screen, f"^{name}$"))
    window = windows(screen, f"^{name}$")[-1]
    screen.do("windowfocus", window)
    return window


def until(holds: Callable[[], object]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("The dialog did not come so far.")
        time.sleep(0.5)


# Places on a 1280x800 screen.
OVERLAY_VIDEO = (904, 365)
FIFTH_ROW = (100, 166)

if __name__ == "__main__":
    sys.exit(main())
