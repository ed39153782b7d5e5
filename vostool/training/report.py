"""What a training brought, as files for whoever was not there: JSON, a page of text, pictures."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image as PillowImage

from vostool.frames import Image
from vostool.io.exports.staging import Staging, one_sentence
from vostool.training.compare import ObjectRow, as_json
from vostool.training.measuring import MOST_CLICKS
from vostool.training.pictures import trios
from vostool.training.session import TrainingOutcome, TrainingPlan

FOLDER = "training"


def write_report(
    plan: TrainingPlan, outcome: TrainingOutcome, folder: Path, overwrite: bool = False
) -> Path:
    """Write ``report.json``, ``report.txt`` and a picture for some cells into ``folder/training``.

    Returns:
        That folder.

    Raises:
        ExportError: it cannot be written, or is there already; nothing half-written is left.
        SourceError: a frame cannot be read for its picture.
    """
    with one_sentence(folder), Staging(folder, [FOLDER], overwrite) as staging:
        staged = staging.folder(FOLDER)
        text = json.dumps(report_json(plan, outcome), indent=2, ensure_ascii=False)
        staged.write("report.json", text.encode())
        lines = [*report_lines(plan, outcome), "", *plan.notes, *outcome.notes]
        staged.write("report.txt", ("\n".join(lines) + "\n").encode())
        if outcome.comparison is not None:
            for trio in trios(outcome.comparison, plan.split.held_out):
                cell = trio.cell
                name = f"{cell.video}_{cell.frame:06d}_{cell.object_id}.png".replace("/", "_")
                staged.write(name, _png(trio.row()))
        staging.publish()
    return folder / FOLDER


def report_json(plan: TrainingPlan, outcome: TrainingOutcome) -> dict[str, object]:
    """Everything that is known, for a script."""
    history = outcome.history
    return {
        "engine": plan.request.engine,
        "base": str(plan.base),
        "checkpoint": None if outcome.checkpoint is None else str(outcome.checkpoint),
        "stopped": outcome.stopped,
        "resumed": outcome.resumed,
        "steps": history.step,
        "seconds": round(history.seconds, 2),
        "values": [round(value, 4) for value in history.values],
        "best_epoch": history.best_epoch,
        "losses": history.losses,
        "comparison": None if outcome.comparison is None else as_json(outcome.comparison),
        "notes": [*plan.notes, *outcome.notes],
    }


def report_lines(plan: TrainingPlan, outcome: TrainingOutcome) -> list[str]:
    """How it went and what it brought, a line each; without the notes."""
    history = outcome.history
    values = ", ".join(f"{value:.3f}" for value in history.values)
    lines = [
        f"engine: {plan.request.engine}, from {plan.base.name}",
        f"{history.step} steps in {history.seconds:.1f} s; held-out J&F by epoch: {values}",
    ]
    if outcome.comparison is not None:
        lines += ["", *table(outcome.comparison.objects)]
    return lines


def table(rows: Sequence[ObjectRow]) -> list[str]:
    """A row for each object: before and after."""
    tracked = any(not math.isnan(row.tracked[0]) for row in rows)
    heads = ["click", "box", f"clicks to 0.9 (of {MOST_CLICKS})"] + ["tracked"] * tracked
    names = [f"{row.video} {row.object_id} ({row.frames})" for row in rows]
    width = max(map(len, [*names, "video object (frames)"]))
    lines = ["  ".join([f"{'video object (frames)':<{width}}", *(f"{h:>16}" for h in heads)])]
    for name, row in zip(names, rows, strict=True):
        pairs = [f"{a:.3f} > {b:.3f}" for a, b in (row.click, row.box)]
        pairs.append(f"{row.clicks[0]:.2f} > {row.clicks[1]:.2f}")
        pairs += [f"{row.tracked[0]:.3f} > {row.tracked[1]:.3f}"] * tracked
        widths = [max(16, len(head)) for head in heads]
        shown = (f"{pair:>{room}}" for pair, room in zip(pairs, widths, strict=True))
        lines.append("  ".join([f"{name:<{width}}", *shown]))
    return lines


def _png(picture: Image) -> bytes:
    buffer = BytesIO()
    PillowImage.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()
