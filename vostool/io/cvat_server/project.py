"""Where the project of a job lies, and bringing a job into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vostool.errors import ProjectFileError
from vostool.io.cvat_server.diff import push_plan
from vostool.io.cvat_server.frame_store import FrameStore, folder_of, read_manifest, write_manifest
from vostool.io.cvat_server.job import Job, project_job
from vostool.io.cvat_server.pull import changed_cells, job_source, pulled_project
from vostool.io.cvat_server.session import Session
from vostool.io.project.drafts import draft_path
from vostool.io.project.file import create, read_project
from vostool.progress import Progress, silent
from vostool.words import tr


@dataclass(frozen=True)
class JobProject:
    """A job's project on the disk.

    Attributes:
        path: the project file.
        folder: the job's folder in the frame cache, which opens it in the window.
        fresh: True where it was made from the server's annotations now; False where it was kept.
        notes: sentences for the person.
    """

    job: Job
    path: Path
    folder: Path
    fresh: bool
    notes: tuple[str, ...] = ()


def known_job(url: str, job_id: int) -> Job | None:
    """A job that was pulled on this computer before, without asking the server."""
    return read_manifest(folder_of(url, job_id))


def default_path(job: Job) -> Path:
    """Where a job's project is kept until it is saved under a name."""
    return draft_path(job_source(job))


def pull_job(
    session: Session, job_id: int, path: Path | None = None, *, discard: bool = False
) -> JobProject:
    """Bring a job's annotations into its project.

    A project that is there already stays as it is while the server says nothing new, and is never
    replaced while it holds what was not pushed.

    Args:
        path: the project file; None: :func:`default_path`.
        discard: make the project anew whatever it holds.

    Raises:
        ProjectFileError: the project holds changes that were not pushed, or belongs to something
            else, or cannot be written.
        ServerError: the job cannot be read.
    """
    job = session.job(job_id)
    annotations = session.annotations(job_id)
    target = path or default_path(job)
    if target.exists() and not discard:
        project, _ = read_project(target)
        held = project_job(project)
        if held is None or (held.url, held.id) != (job.url, job.id):
            raise ProjectFileError(
                tr(
                    "The project '{target}' does not belong to job {id} of {url}; "
                    "name another file.",
                    target=target,
                    id=job.id,
                    url=job.url,
                )
            )
        if not push_plan(project, annotations).conflicts:
            return JobProject(job, target, write_manifest(job), fresh=False)
        if count := len(changed_cells(project)):
            raise ProjectFileError(
                tr(
                    "Job {id} changed on the server, and its project '{target}' "
                    "holds {count} changes that were not pushed; push them, or "
                    "pull with --discard to drop them.",
                    id=job.id,
                    target=target,
                    count=count,
                )
            )
    pulled = pulled_project(job, annotations)
    folder = write_manifest(job)
    target.parent.mkdir(parents=True, exist_ok=True)
    create(target, pulled.project, overwrite=True).close()
    return JobProject(job, target, folder, fresh=True, notes=pulled.notes)


def fetch_frames(session: Session, job: Job, progress: Progress = silent) -> int:
    """Fetch every frame that is not on the disk yet, so that the job can be worked on offline.

    Returns:
        how many were fetched.

    Raises:
        ServerError: it stopped on the way; what was fetched stays.
        OSError: the disk is full.
    """
    store = FrameStore(write_manifest(job))
    here = store.numbers()
    missing = [number for number in job.numbers if number not in here]
    for done, number in enumerate(missing):
        progress(done, len(missing), tr("fetching frames"))
        store.put(number, session.frame(job.id, number))
    return len(missing)
