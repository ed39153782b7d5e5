"""What `vostool demo` says at its end: how good the masks are, and what to look at."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from vostool.commands import output
from vostool.evaluate.generated_clip import LABELS
from vostool.evaluate.metrics import SequenceQuality
from vostool.replacing import replacing


def conclude(folder: Path, engine: str, quality: SequenceQuality, seconds: float) -> None:
    """Print the measures and the places, and write ``summary.json``."""
    output.say(
        f"\n{'object':<12} {'J':>6} {'F':>6} {'J&F':>6}   (1 is perfect; measured as by DAVIS)"
    )
    rows = [(LABELS[o.object_id], o.j_mean, o.f_mean, o.jf_mean) for o in quality.objects]
    rows.append(("mean", quality.j_mean, quality.f_mean, quality.jf_mean))
    for name, j, f, jf in rows:
        output.say(f"{name:<12} {j:6.3f} {f:6.3f} {jf:6.3f}")
    summary = {
        "engine": engine,
        "seconds": round(seconds, 1),
        "generated": {name: {"J": j, "F": f, "J&F": jf} for name, j, f, jf in rows},
    }
    with replacing(folder / "summary.json") as beside:
        beside.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    output.say(f"\nEverything lies in {folder} ({seconds:.0f} s):")
    output.say("  real/cvat-images  real/coco  real/masks   the real clip, exported")
    output.say("  real-masks.png  generated-masks.png       what the masks look like")
    output.say("  summary.json                              the measures above")
    prefix = "Open it in the window:" if _has_screen() else "With a screen, open it in the window:"
    output.say(f"{prefix} {shlex.join([*_program(), str(folder / 'real.vos')])}")


def _has_screen() -> bool:
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _program() -> list[str]:
    """`vostool` as this person can type it: also from a virtual environment not activated."""
    if shutil.which("vostool"):
        return ["vostool"]
    beside = Path(sys.executable).with_name("vostool")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "vostool.cli"]
