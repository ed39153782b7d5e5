"""`vostool export` for many projects: check, preview, write and report."""

from __future__ import annotations

from vostool.commands import output
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.errors import Cancelled
from vostool.io.batch.preview import preview_batch, preview_text
from vostool.io.batch.run import (
    Batch,
    BatchListener,
    BatchProgress,
    BatchReport,
    Phase,
    ProjectCheck,
    ProjectResult,
    ProjectState,
    check_batch,
    run_batch,
)
from vostool.io.exports.exporters import ExportReport
from vostool.progress import Progress


def say_check(batch: Batch, json: bool, quiet: bool) -> int:
    """Say what is wrong with each project; 0 where all of them can be written."""
    with Interrupt() as stop:
        checks = _look(batch, quiet, stop)
    if json:
        output.say_json({"projects": [_check_json(check) for check in checks]})
    else:
        for check in checks:
            counts = f"{check.frames} frames, {check.objects} objects, {check.masks} masks"
            output.say(f"{check.name}: {counts}" if check.ready else f"{check.name}: not possible")
            for problem in check.problems:
                output.say(f"  {problem.text}")
    return 0 if all(check.ready for check in checks) else 1


def say_preview(batch: Batch, json: bool, quiet: bool) -> int:
    """Say what would be written; 0 where every project can be."""
    with output.progress("Looking", "frame", quiet) as tell, Interrupt() as stop:
        preview = preview_batch(batch, _listener(tell, stop, Phase.CHECKING))
    if json:
        facts: dict[str, object] = {
            "destination": str(preview.destination),
            "projects": preview.projects,
            "frames": preview.frames,
            "files": preview.files,
            "bytes": preview.size_bytes,
            "free_bytes": preview.free_bytes,
            "entries": [
                {"path": e.path, "files": e.files, "bytes": e.size_bytes} for e in preview.entries
            ],
            "failures": list(preview.failures),
        }
        output.say_json(facts)
    else:
        output.say(preview_text(preview))
    output.warn(preview.failures)
    return 1 if preview.failures else 0


def write(batch: Batch, json: bool, quiet: bool) -> int:
    """Write the batch; 0 where every project was written, 130 where it was stopped."""
    with Interrupt() as stop:
        checks = _look(batch, quiet, stop)
        with output.progress("Exporting", "frame", quiet) as tell:
            report = run_batch(batch, _listener(tell, stop, Phase.WRITING), checks)
    for result in report.results:
        output.warn(f"{result.check.name}: {text}" for text in result.warnings)
        if result.error:
            named = result.error.startswith(f"{result.check.name}: ")
            output.warn([result.error if named else f"{result.check.name}: {result.error}"])
    output.warn(report.merged.warnings if report.merged else ())
    if report.cancelled:
        kept = sum(result.state is ProjectState.WRITTEN for result in report.results)
        output.warn([f"Stopped; {kept} of {len(report.results)} projects were written."])
    if json:
        output.say_json(_report_json(report))
    elif not quiet:
        _say_report(report)
    if report.cancelled:
        return INTERRUPTED
    return 0 if report.complete else 1


def report_json(report: ExportReport) -> dict[str, object]:
    """A report as `--json` prints it."""
    return {
        "frames": report.frames,
        "objects": report.objects,
        "masks": report.masks,
        "written": [
            {"format": w.name, "path": str(w.main), "files": w.files, "bytes": w.size_bytes}
            for w in report.written
        ],
        "warnings": list(report.warnings),
    }


def say_report(report: ExportReport, where: str = "") -> None:
    """A report for people, on stdout."""
    output.say(f"{where}{report.masks} masks of {report.objects} objects on {report.frames} frames")
    for written in report.written:
        output.say(f"{written.name}: {written.main} ({written.files} files)")


def _look(batch: Batch, quiet: bool, stop: Interrupt) -> tuple[ProjectCheck, ...]:
    with output.progress("Looking", "frame", quiet) as tell:
        return check_batch(batch, _listener(tell, stop, Phase.CHECKING))


def _listener(tell: Progress, stop: Interrupt, shown: Phase) -> BatchListener:
    """Shows one phase as a bar: writing in frames of the whole batch, else of one project."""

    def listen(progress: BatchProgress) -> None:
        if stop():
            raise Cancelled("The export was stopped.")
        if progress.phase is not shown:
            return
        if shown is Phase.WRITING:
            tell(progress.overall_done, progress.overall_total, progress.name)
        else:
            tell(progress.done, progress.total, progress.name)

    return listen


def _say_report(report: BatchReport) -> None:
    for result in report.results:
        if result.report is not None:
            say_report(result.report, f"{result.check.name}: ")
    if report.merged is not None:
        say_report(report.merged)


def _check_json(check: ProjectCheck) -> dict[str, object]:
    return {
        "project": str(check.project.path),
        "name": check.name,
        "ready": check.ready,
        "frames": check.frames,
        "objects": check.objects,
        "masks": check.masks,
        "problems": [
            {"kind": p.kind.value, "text": p.text, "blocking": p.blocking} for p in check.problems
        ],
    }


def _report_json(report: BatchReport) -> dict[str, object]:
    return {
        "projects": [_result_json(result) for result in report.results],
        "merged": None if report.merged is None else report_json(report.merged),
        "seconds": round(report.seconds, 3),
        "cancelled": report.cancelled,
    }


def _result_json(result: ProjectResult) -> dict[str, object]:
    return {
        "project": str(result.check.project.path),
        "name": result.check.name,
        "state": result.state.value,
        "error": result.error,
        "warnings": list(result.warnings),
        "export": None if result.report is None else report_json(result.report),
    }
