"""How it stands with a job before anything is done: waiting, done before, or not possible."""

from __future__ import annotations

from vostool.errors import SourceError, VosToolError
from vostool.files import is_there
from vostool.io.batch.plan import sentence
from vostool.jobs.job import Job, JobResult, JobState, Setup
from vostool.jobs.store import is_address, store_of
from vostool.jobs.work import done_before
from vostool.words import tr


def standing_of(job: Job, setup: Setup) -> JobResult | None:
    """What a look at the places of a job says; it opens the project and not the video.

    Returns:
        The job as done before, or as failed with the sentence that its run would end with; None
        where it is still to be done.
    """
    try:
        store = store_of(setup.projects)
        there = done_before(job, store)
        if there is None:
            _check_video(job)
            return None
    except (VosToolError, OSError) as error:
        return JobResult(job.name, JobState.FAILED, error=sentence(error))
    return JobResult(
        job.name,
        JobState.BEFORE,
        store.place(job.name),
        objects=len(there.objects),
        frames=there.source.frame_count,
        masks=len(there.masks),
    )


def _check_video(job: Job) -> None:
    if not is_address(job.video) and not is_there(job.video):
        raise SourceError(
            tr("There is no file or folder '{shown}'; check the name.", shown=job.video)
        )
