"""What the actions of `vostool cvat` do, but for tracking."""

from __future__ import annotations

import argparse
import getpass
import sys

from vostool.commands import output
from vostool.commands.cvat.project import job_opened, server_of
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.commands.tracking import values
from vostool.errors import Cancelled, JobChanged, LoginRefused, ServerError
from vostool.io.cvat_server.connections import log_in, session_for
from vostool.io.cvat_server.credentials import (
    Credentials,
    forget_credentials,
    keep_credentials,
    remember_server,
)
from vostool.io.cvat_server.diff import push_plan
from vostool.io.cvat_server.plan import OnConflict, Plan
from vostool.io.cvat_server.project import fetch_frames, pull_job
from vostool.io.cvat_server.push import begin_edit, carry_out, end_edit

_SHOWN_FRAMES = 12


def login(args: argparse.Namespace) -> int:
    """Try a login and keep it."""
    url = server_of(args)
    credentials = Credentials(args.user or "", _secret(args.user))
    log_in(url, credentials)
    remember_server(url)
    keep_credentials(url, credentials)
    output.say(f"Logged in to {url}; the login is kept in the system's keyring.")
    return 0


def logout(args: argparse.Namespace) -> int:
    """Forget a login."""
    url = server_of(args)
    known = forget_credentials(url)
    output.say(f"The login of {url} is forgotten." if known else f"No login of {url} was kept.")
    return 0


def list_jobs(args: argparse.Namespace) -> int:
    """Print the jobs."""
    url = server_of(args)
    jobs = [j for j in session_for(url).jobs() if args.state in (None, j.state)]
    if args.json:
        rows = [
            {
                "id": j.id, "task": j.task_id, "task_name": j.task_name, "stage": j.stage,
                "state": j.state, "frames": j.frames, "assignee": j.assignee,
            }
            for j in jobs
        ]  # fmt: skip
        output.say_json({"url": url, "jobs": rows})
        return 0
    for job in jobs:
        output.say(
            f"{job.id:>6}  {job.state:<12} {job.stage:<11} {job.frames:>6} frames  "
            f"{job.task_name} (task {job.task_id}){f', {job.assignee}' if job.assignee else ''}"
        )
    if not jobs:
        output.warn([f"There is no job on {url} that you can see."])
    return 0


def pull(args: argparse.Namespace) -> int:
    """Bring a job into its project."""
    session = session_for(server_of(args))
    made = pull_job(session, args.job, args.project, discard=args.discard)
    output.warn(made.notes)
    fetched = 0
    if args.fetch:
        with Interrupt() as stop, output.progress("Fetching", "frame", args.quiet) as tell:

            def progress(done: int, total: int, what: str = "") -> None:
                if stop():
                    raise Cancelled("Stopped.")
                tell(done, total, what)

            fetched = fetch_frames(session, made.job, progress)
    if args.json:
        output.say_json(
            {
                "url": made.job.url, "job": made.job.id, "project": str(made.path),
                "frames": len(made.job.numbers), "fresh": made.fresh, "fetched": fetched,
                "notes": list(made.notes),
            }
        )  # fmt: skip
    elif not args.quiet:
        state = "pulled" if made.fresh else "nothing new on the server; the project stays as it is"
        output.say(f"job {made.job.id}: {state}")
        output.say(f"project: {made.path}")
    return 0


def push(args: argparse.Namespace) -> int:
    """Show what would change on the server, and send it."""
    with job_opened(args, pull=False) as (space, job), Interrupt() as stop:
        session = session_for(job.url)
        plan = _planned(args, space.project, session.annotations(job.id))
        output.warn(plan.warnings)
        if not args.quiet and not args.json:
            _say(plan)
        if args.dry_run:
            _finish(args, plan, sent=False)
            return 0 if not plan.conflicts else 3
        plan.check()
        assert space.file is not None
        begin = begin_edit(space.project, plan)
        space.project.apply(begin)
        space.file.write(values(begin))
        try:
            with output.progress("Pushing", "shape", args.quiet) as tell:

                def progress(done: int, total: int, what: str = "") -> None:
                    if stop():
                        raise Cancelled("Stopped.")
                    tell(done, total, what)

                baseline = carry_out(session, plan, progress)
        except Cancelled:
            output.warn(["Stopped; the next push goes on from here."])
            return INTERRUPTED
        except ServerError as error:
            raise type(error)(f"{error} The next push goes on where this one stopped.") from error
        space.file.write(values(end_edit(space.project, baseline)))
    _finish(args, plan, sent=True)
    return 0


def _planned(args: argparse.Namespace, project: object, annotations: dict[str, object]) -> Plan:
    """The plan; where a person sits at the terminal they are asked about conflicts."""
    from vostool.project.project import Project

    assert isinstance(project, Project)
    chosen = OnConflict(args.on_conflict)
    plan = push_plan(project, annotations, chosen)
    if not plan.conflicts or chosen is not OnConflict.REFUSE or args.dry_run or args.json:
        return plan
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return plan
    try:
        plan.check()
    except JobChanged as error:
        output.warn([str(error)])
    answer = input("Push anyway? [m]ine over theirs, leave [t]heirs, or Enter to stop: ")
    words = {"m": OnConflict.MINE, "t": OnConflict.THEIRS}
    return push_plan(project, annotations, words.get(answer.strip().lower()[:1], chosen))


def _say(plan: Plan) -> None:
    counts = plan.counts()
    output.say(
        f"job {plan.job.id}: {counts['added']} shapes added, {counts['replaced']} replaced, "
        f"{counts['removed']} removed, {len(plan.tracks)} tracks replaced"
    )
    rows = list(plan.by_frame().items())
    for number, row in rows[:_SHOWN_FRAMES]:
        said = ", ".join(f"{count} {what}" for what, count in row.items() if count)
        output.say(f"  frame {number}: {said}")
    if len(rows) > _SHOWN_FRAMES:
        output.say(f"  and {len(rows) - _SHOWN_FRAMES} frames more")
    for conflict in plan.conflicts[:_SHOWN_FRAMES]:
        output.say(f"  changed on the server: {conflict}")


def _finish(args: argparse.Namespace, plan: Plan, *, sent: bool) -> None:
    if args.json:
        output.say_json(
            {
                "url": plan.job.url,
                "job": plan.job.id,
                "sent": sent,
                **plan.counts(),
                "tracks_replaced": sorted(plan.tracks),
                "frames": {str(number): row for number, row in plan.by_frame().items()},
                "conflicts": [
                    {"kind": c.kind, "what": c.what, "id": c.id, "frame": c.frame}
                    for c in plan.conflicts
                ],
                "warnings": list(plan.warnings),
            }
        )
    elif not args.quiet:
        output.say("sent" if sent else "nothing was sent (--dry-run)")


def _secret(user: str | None) -> str:
    """From the terminal without echo, else the first line of the standard input."""
    what = f"Password of {user}" if user else "Access token"
    typed = getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline()
    secret = typed.strip("\r\n")
    if not secret:
        raise LoginRefused(f"{what} is missing; type it, or give it on the standard input.")
    return secret
