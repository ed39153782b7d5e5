"""What the export dialog says: durations, findings in short, and the report of a run."""

from __future__ import annotations

from vostool.io.batch.preview import Preview, size_text
from vostool.io.batch.run import BatchReport, ProjectResult, ProjectState
from vostool.io.exports.exporters import ExportReport
from vostool.words import counted, mark, tr

STATES = {
    ProjectState.WRITTEN: mark("written"),
    ProjectState.FAILED: mark("failed"),
    ProjectState.CANCELLED: mark("cancelled"),
}


def duration(seconds: float) -> str:
    """A time for people: "8 s", "3 min 20 s", "1 h 5 min"."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    if whole < 3600:
        return tr("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
    return tr("{hours} h {minutes} min", hours=whole // 3600, minutes=whole % 3600 // 60)


def totals(preview: Preview) -> str:
    """The preview in one line."""
    if not preview.projects:
        return tr("Nothing can be written like this.")
    room = (
        ""
        if preview.fits
        else tr(" Only {size_text} are free on this disk!", size_text=size_text(preview.free_bytes))
    )
    return tr(
        "{frames} of {projects}: about {files}, {size}.{room}",
        frames=counted(preview.frames, "frame"),
        projects=counted(preview.projects, "project"),
        files=counted(preview.files, "file"),
        size=size_text(preview.size_bytes),
        room=room,
    )


def headline(report: BatchReport) -> str:
    """How a run ended, in one line."""
    written = sum(result.state is ProjectState.WRITTEN for result in report.results)
    failed = sum(result.state is ProjectState.FAILED for result in report.results)
    parts = [
        tr(
            "{written} of {projects} written",
            written=written,
            projects=counted(len(report.results), "project"),
        )
    ]
    if failed:
        parts.append(tr("{failed} failed", failed=failed))
    begin = tr("Cancelled: ") if report.cancelled else ""
    files = sum(item.files for one in report.reports for item in one.written)
    size = sum(item.size_bytes for one in report.reports for item in one.written)
    end = tr(
        " {files}, {size}, in {time}.",
        files=counted(files, "file"),
        size=size_text(size),
        time=duration(report.seconds),
    )
    return f"{begin}{', '.join(parts)}.{end}"


def report_text(report: BatchReport) -> str:
    """Everything that was written, and every warning; to be read, copied and kept.

    What failed comes first, where it is seen.
    """
    lines = [headline(report), tr("Folder: {destination}", destination=report.destination)]
    for result in (one for one in report.results if one.state is ProjectState.FAILED):
        lines += ["", *_project(result)]
    if report.merged is not None:
        lines += ["", tr("All together"), *_written(report.merged)]
        lines += [tr("  Note: {text}", text=text) for text in report.merged.warnings]
    for result in report.results:
        if result.state is not ProjectState.FAILED:
            lines += ["", *_project(result)]
    return "\n".join(lines)


def _project(result: ProjectResult) -> list[str]:
    lines = [f"{result.check.name}: {tr(STATES[result.state])}"]
    if result.report is not None:
        lines += _written(result.report)
    if result.error:
        lines.append(f"  {result.error.removeprefix(f'{result.check.name}: ')}")
    return lines + [tr("  Note: {text}", text=text) for text in result.warnings]


def _written(report: ExportReport) -> list[str]:
    masks, objects = counted(report.masks, "mask"), counted(report.objects, "object")
    lines = [
        tr(
            "  {masks} of {objects} on {frames}",
            masks=masks,
            objects=objects,
            frames=counted(report.frames, "frame"),
        )
    ]
    return lines + [
        f"  {item.name}: {item.main} ({counted(item.files, 'file')}, {size_text(item.size_bytes)})"
        for item in report.written
    ]
