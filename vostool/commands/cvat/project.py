"""Which server, which job and which project a `vostool cvat` action means."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vostool.commands import output
from vostool.commands.workspace import Workspace, opened
from vostool.errors import ProjectFileError, UsageError
from vostool.files import is_there
from vostool.io.cvat_server.connections import session_for
from vostool.io.cvat_server.credentials import default_server, server_address
from vostool.io.cvat_server.job import Job, project_job
from vostool.io.cvat_server.project import default_path, known_job, pull_job


def server_of(args: argparse.Namespace) -> str:
    """The server's whole address.

    Raises:
        UsageError: none is named and none is remembered.
    """
    url = server_address(args.url) if args.url else default_server()
    if url is None:
        raise UsageError("Say with --url which CVAT server is meant, or log in to it once.")
    return url


def project_of(args: argparse.Namespace, *, pull: bool) -> Path:
    """The job's project file; pulled now where it is not there yet and ``pull`` is True.

    Raises:
        ProjectFileError: it is not there and must not be pulled.
    """
    path: Path | None = args.project
    url = None
    if path is None:
        url = server_of(args)
        job = known_job(url, args.job)
        path = None if job is None else default_path(job)
    if path is not None and is_there(path):
        return path
    if not pull:
        raise ProjectFileError(
            f"Job {args.job} was not pulled on this computer yet; `vostool cvat pull --job "
            f"{args.job}` does that."
        )
    made = pull_job(session_for(url or server_of(args)), args.job, args.project)
    output.warn(made.notes)
    return made.path


@contextmanager
def job_opened(args: argparse.Namespace, *, pull: bool) -> Iterator[tuple[Workspace, Job]]:
    """The job's project, open for writing, with its frames.

    Raises:
        ProjectFileError: it cannot be opened, or belongs to another job.
    """
    path = project_of(args, pull=pull)
    with opened(path, write=True, quiet=args.quiet) as space:
        output.warn(space.warnings)
        job = project_job(space.project)
        url = server_address(args.url) if args.url else None
        if job is None or job.id != args.job or url not in (None, job.url):
            what = f"job {job.id} of {job.url}" if job is not None else "no CVAT job"
            raise ProjectFileError(
                f"The project '{path}' belongs to {what}, not to job {args.job}; name another."
            )
        yield space, job
