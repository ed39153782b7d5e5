"""What the export dialog says: durations, findings in short, and the report of a run."""

from __future__ import annotations

from vostool.io.batch.preview import Preview, size_text
from vostool.io.batch.run import BatchReport, ProjectResult, ProjectState
from vostool.io.exports.exporters import ExportReport

STATES = {
    ProjectState.WRITTEN: "written",
    ProjectState.FAILED: "failed",
    ProjectState.CANCELLED: "cancelled",
}


def duration(seconds: float) -> str:
    """A time for people: "8 s", "3 min 20 s", "1 h 5 min"."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 file", "3 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def totals(preview: Preview) -> str:
    """The preview in one line."""
    if not preview.projects:
        return "Nothing can be written like this."
    room = "" if preview.fits else f" Only {size_text(preview.free_bytes)} are free on this disk!"
    return (
        f"{count(preview.frames, 'frame')} of {count(preview.projects, 'project')}: about "
        f"{count(preview.files, 'file')}, {size_text(preview.size_bytes)}.{room}"
    )


def headline(report: BatchReport) -> str:
    """How a run ended, in one line."""
    written = sum(result.state is ProjectState.WRITTEN for result in report.results)
    failed = sum(result.state is ProjectState.FAILED for result in report.results)
    parts = [f"{written} of {count(len(report.results), 'project')} written"]
    if failed:
        parts.append(f"{failed} failed")
    begin = "Cancelled: " if report.cancelled else ""
    files = sum(item.files for one in report.reports for item in one.written)
    size = sum(item.size_bytes for one in report.reports for item in one.written)
    end = f" {count(files, 'file')}, {size_text(size)}, in {duration(report.seconds)}."
    return f"{begin}{', '.join(parts)}.{end}"


def report_text(report: BatchReport) -> str:
    """Everything that was written, and every warning; to be read, copied and kept.

    What failed comes first, where it is seen.
    """
    lines = [headline(report), f"Folder: {report.destination}"]
    for result in (one for one in report.results if one.state is ProjectState.FAILED):
        lines += ["", *_project(result)]
    if report.merged is not None:
        lines += ["", "All together", *_written(report.merged)]
        lines += [f"  Note: {text}" for text in report.merged.warnings]
    for result in report.results:
        if result.state is not ProjectState.FAILED:
            lines += ["", *_project(result)]
    return "\n".join(lines)


def _project(result: ProjectResult) -> list[str]:
    lines = [f"{result.check.name}: {STATES[result.state]}"]
    if result.report is not None:
        lines += _written(result.report)
    if result.error:
        lines.append(f"  {result.error.removeprefix(f'{result.check.name}: ')}")
    return lines + [f"  Note: {text}" for text in result.warnings]


def _written(report: ExportReport) -> list[str]:
    masks, objects = count(report.masks, "mask"), count(report.objects, "object")
    lines = [f"  {masks} of {objects} on {count(report.frames, 'frame')}"]
    return lines + [
        f"  {item.name}: {item.main} ({count(item.files, 'file')}, {size_text(item.size_bytes)})"
        for item in report.written
    ]
