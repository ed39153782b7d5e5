"""A CVAT job's folder in the frame cache as a kind of source."""

from __future__ import annotations

from pathlib import Path

from vostool.frames import FrameSource
from vostool.io.cvat_server.frame_store import MANIFEST, read_manifest, write_manifest
from vostool.io.cvat_server.job import project_job
from vostool.io.video.kinds import FolderKind
from vostool.project.project import Project


def _open(folder: Path) -> FrameSource:
    from vostool.io.cvat_server.source import open_job_folder  # which loads OpenCV

    return open_job_folder(folder)


def _fingerprint(folder: Path) -> tuple[int, str] | None:
    """By server, job and frames; which pictures are on the disk already does not matter."""
    job = read_manifest(folder)
    return None if job is None else (job.width * job.height * len(job.numbers), job.identity)


def _locate(project: Project) -> Path | None:
    """The job's folder in this person's frame cache, made again where it was cleared away."""
    job = project_job(project)
    return None if job is None else write_manifest(job)


CVAT_JOB = FolderKind("cvat", MANIFEST, _open, _fingerprint, _locate)
