"""The results of the semi-supervised protocol as a table and as JSON values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from vostool.evaluate.measured import Quality
from vostool.evaluate.semi_supervised import SequenceRun, total
from vostool.evaluate.statistics import Statistics

Json = dict[str, object]

_HEAD = ("sequence", "frames", "J", "F", "J&F", "s/frame", "MB", "AUROC")


def table(runs: Sequence[SequenceRun]) -> list[str]:
    """Lines of text: a row for each sequence, for each of several objects, and for all."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for run in runs:
        rows.append(_row(run.sequence.name, run.quality, _time(run), _megabytes(run)))
        if len(run.objects) > 1:
            rows += [_row(f"  object {i}", quality, "", "") for i, quality in run.objects.items()]
    if len(runs) > 1:
        rows.append(_row("all objects", total(list(runs)), "", ""))
    return aligned(rows)


def davis_lines(quality: Quality) -> list[str]:
    """Mean, recall and decay of J and F, as davis2017-evaluation prints them."""
    rows = [("measure", "mean", "recall", "decay")]
    for name, s in (("J", quality.j), ("F", quality.f)):
        rows.append((name, _number(s.mean), _number(s.recall), _number(s.decay)))
    rows.append(("J&F", _number(quality.jf_mean), "", ""))
    return aligned(rows)


def run_json(run: SequenceRun) -> Json:
    """One sequence with its objects and every value; what is unknown is null."""
    sequence = run.sequence
    return {
        "name": sequence.name,
        "frames": sequence.frame_count,
        "annotated": len(sequence.annotated),
        **quality_json(run.quality),
        "seconds_per_frame": _known(run.seconds_per_frame),
        "peak_memory_bytes": run.peak_bytes,
        "objects": [
            {"id": oid, "given_on": sequence.given[oid], **quality_json(quality)}
            for oid, quality in run.objects.items()
        ],
        "per_frame": [
            {"frame": m.frame, "object": m.object_id, "J": m.j, "F": m.f, "score": m.score}
            for m in run.measures
        ],
        "warnings": list(sequence.warnings),
        "problems": list(run.problems),
    }


def quality_json(quality: Quality) -> Json:
    """The numbers of one object, a sequence or all."""
    return {
        "J&F": _known(quality.jf_mean),
        "J": _statistics_json(quality.j),
        "F": _statistics_json(quality.f),
        "measured": quality.frames,
        "AUROC": _known(quality.auroc),
    }


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Columns of one width: the first to the left, the others to the right."""
    listed = list(rows)
    widths = [max(len(row[i]) for row in listed) for i in range(len(listed[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in listed
    ]


def _row(name: str, quality: Quality, seconds: str, megabytes: str) -> tuple[str, ...]:
    numbers = (quality.j.mean, quality.f.mean, quality.jf_mean)
    each = tuple(_number(n) for n in numbers)
    return (name, str(quality.frames), *each, seconds, megabytes, _number(quality.auroc, 2))


def _time(run: SequenceRun) -> str:
    return _number(run.seconds_per_frame)


def _megabytes(run: SequenceRun) -> str:
    return "-" if run.peak_bytes is None else f"{run.peak_bytes / 1e6:.0f}"


def _number(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _statistics_json(s: Statistics) -> Json:
    return {"mean": _known(s.mean), "recall": _known(s.recall), "decay": _known(s.decay)}
