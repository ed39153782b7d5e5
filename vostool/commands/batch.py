"""`vostool batch`: many videos labelled by themselves, here or on a cluster."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from vostool.commands import arguments, output
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.errors import UsageError
from vostool.jobs.cluster import run_on
from vostool.jobs.job import Job, JobProgress, JobResult, JobState, Listener
from vostool.jobs.job_file import load_jobs
from vostool.jobs.local import in_order, run_here, summary_of
from vostool.jobs.wishes import Wishes
from vostool.words import counted

_EPILOG = """\
a job file names videos, what to begin from and the exports; docs/batch.md has an example.
started again, it goes on with what is not done yet.

  vostool batch jobs.toml
  vostool batch jobs.toml --scheduler tcp://host:8786
  vostool batch jobs.toml --first street --skip market
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("jobs", type=arguments.absolute, metavar="JOBS.toml")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://host:8786"
    )
    parser.add_argument(
        "--first", action="append", default=[], metavar="NAME",
        help="do this job before the others; may be given more than once",
    )  # fmt: skip
    parser.add_argument(
        "--skip", action="append", default=[], metavar="NAME",
        help="do not do this job; may be given more than once",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="say what would be done, do nothing")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")


def run(args: argparse.Namespace) -> int:
    """Do the jobs; 0 only when all of them are done."""
    plan = load_jobs(args.jobs)
    wishes = _wishes(plan.jobs, args.first, args.skip)
    if args.check:
        wanted = [job for job in plan.jobs if not wishes.is_cancelled(job.name)]
        return _say_plan(in_order(wanted, wishes), args.json)
    with Interrupt() as stop, output.bar(len(plan.jobs), "Jobs", "job", args.quiet) as bar:

        def tell(progress: JobProgress) -> None:
            share = f" {progress.done}/{progress.total}" if progress.total else ""
            rate = f", {progress.rate:.3g} frames/s" if progress.rate else ""
            bar.set_postfix_str(f"{progress.name}: {progress.what}{share}{rate}")

        def ended(result: JobResult) -> None:
            bar.update()
            if not args.quiet and not args.json:
                bar.write(_line(result))

        listener = Listener(tell, stop, ended, wishes)
        if args.scheduler is None:
            results = run_here(plan.jobs, plan.setup, listener)
        else:
            results = run_on(args.scheduler, plan.jobs, plan.setup, listener)
    return _finish(args, results, stopped=stop())


def _wishes(jobs: Sequence[Job], first: Sequence[str], skipped: Sequence[str]) -> Wishes:
    """What the command line wants otherwise than the file.

    Raises:
        UsageError: there is no job of a name.
    """
    known = {job.name for job in jobs}
    for name in (*first, *skipped):
        if name not in known:
            raise UsageError(
                f"There is no job '{name}' in the file; `vostool batch --check` lists their names."
            )
    wishes, highest = Wishes(), max((job.priority for job in jobs), default=0)
    for place, name in enumerate(reversed(first), 1):
        wishes.set_priority(name, highest + place)
    for name in skipped:
        wishes.cancel(name)
    return wishes


def _finish(args: argparse.Namespace, results: Sequence[JobResult], stopped: bool) -> int:
    failed = [result for result in results if result.state is JobState.FAILED]
    for result in results:
        output.warn(f"{result.name}: {text}" for text in result.problems)
    output.warn(f"{result.name}: {result.error}" for result in failed)
    if args.json:
        output.say_json({"jobs": [_json(result) for result in results]})
    elif not args.quiet:
        output.say(summary_of(results))
    if stopped:
        output.warn(["Stopped; started again, the batch goes on with what is not done yet."])
        return INTERRUPTED
    return 1 if failed else 0


def _line(result: JobResult) -> str:
    where = f" on {result.worker}" if result.worker else ""
    if result.state is JobState.DONE:
        return (
            f"{result.name}: {counted(result.masks, 'mask')} of "
            f"{counted(result.objects, 'object')} on {counted(result.frames, 'frame')} in "
            f"{result.seconds:.1f} s{where}"
        )
    return f"{result.name}: {result.state.value}{where}"


def _say_plan(jobs: Sequence[Job], json: bool) -> int:
    if json:
        output.say_json({"jobs": [{"name": job.name, "video": job.video} for job in jobs]})
        return 0
    for job in jobs:
        output.say(f"{job.name}: {job.video}")
    output.say(counted(len(jobs), "job"))
    return 0


def _json(result: JobResult) -> dict[str, object]:
    return {
        "name": result.name,
        "state": result.state.value,
        "project": result.project,
        "objects": result.objects,
        "frames": result.frames,
        "masks": result.masks,
        "seconds": round(result.seconds, 3),
        "problems": list(result.problems),
        "error": result.error,
        "worker": result.worker,
    }
