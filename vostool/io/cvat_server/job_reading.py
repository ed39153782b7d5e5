"""From the server's JSON to :class:`~vostool.io.cvat_server.job.Job`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vostool.errors import ServerError
from vostool.io.cvat_server.job import Attribute, Job, JobSummary, Label
from vostool.masks.colours import Colour
from vostool.words import tr


def read_summary(entry: Mapping[str, Any]) -> JobSummary:
    """One job of ``GET /api/jobs``."""
    assignee = entry.get("assignee") or {}
    return JobSummary(
        id=int(entry["id"]),
        task_id=int(entry["task_id"]),
        task_name=str(entry.get("task_name") or ""),
        stage=str(entry.get("stage") or ""),
        state=str(entry.get("state") or ""),
        frames=int(entry.get("frame_count") or entry["stop_frame"] - entry["start_frame"] + 1),
        assignee=str(assignee.get("username") or ""),
    )


def read_job(
    url: str,
    entry: Mapping[str, Any],
    meta: Mapping[str, Any],
    labels: Sequence[Mapping[str, Any]],
) -> Job:
    """One job of ``jobs/{id}``, ``jobs/{id}/data/meta`` and ``labels?job_id=``.

    Raises:
        ServerError: its frames differ in size, or it is no job on flat pictures.
        KeyError, TypeError, ValueError: the answers are not what CVAT sends.
    """
    job_id = int(entry["id"])
    if entry.get("dimension", "2d") != "2d":
        raise ServerError(
            tr("Job {job_id} is on point clouds; only flat pictures can be opened.", job_id=job_id)
        )
    numbers, absolute = _frames(entry, meta)
    frames = meta["frames"] or []
    sizes = {(int(frame["width"]), int(frame["height"])) for frame in frames}
    if len(sizes) != 1:
        raise ServerError(
            tr(
                "The frames of job {job_id} differ in size; only a job with "
                "frames of one size can be opened.",
                job_id=job_id,
            )
        )
    width, height = sizes.pop()
    # A video states one frame for all; so does an image task of one image, which has a name, too.
    single = len(frames) != len(numbers) or str(entry.get("mode")) == "interpolation"
    return Job(
        url=url,
        id=job_id,
        task_id=int(entry["task_id"]),
        task_name=str(entry.get("task_name") or ""),
        state=str(entry.get("state") or ""),
        numbers=numbers,
        absolute=absolute,
        names=() if single else tuple(str(frame["name"]) for frame in frames),
        width=width,
        height=height,
        labels=tuple(_label(label) for label in labels if not label.get("has_parent")),
        deleted=frozenset(int(number) for number in meta.get("deleted_frames") or ()),
    )


def _frames(
    entry: Mapping[str, Any], meta: Mapping[str, Any]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The server's numbers (within the task) and the numbers in the source.

    A job's meta counts in the source: its start is the job's own first frame, and
    ``included_frames`` (ground truth jobs) are some of the source's.
    """
    start, stop = int(entry["start_frame"]), int(entry["stop_frame"])
    step = _step(str(meta.get("frame_filter") or ""))
    task_start = int(meta["start_frame"]) - start * step
    numbers = tuple(range(start, stop + 1))
    included = meta.get("included_frames")
    if included is not None:
        numbers = tuple(sorted((int(number) - task_start) // step for number in included))
    if not numbers:
        raise ServerError(tr("Job {entry} has no frames.", entry=entry["id"]))
    return numbers, tuple(task_start + number * step for number in numbers)


def _step(frame_filter: str) -> int:
    name, _, value = frame_filter.replace(" ", "").partition("=")
    return max(int(value), 1) if name == "step" and value.isdigit() else 1


def _label(entry: Mapping[str, Any]) -> Label:
    return Label(
        int(entry["id"]),
        str(entry["name"]),
        _colour(str(entry.get("color") or "")),
        tuple(
            Attribute(
                int(a["id"]),
                str(a["name"]),
                str(a.get("default_value") or ""),
                str(a.get("input_type") or "text").lower(),
                tuple(str(value) for value in a.get("values") or ()),
                a.get("mutable") is True,
            )
            for a in entry.get("attributes") or ()
        ),
    )


def _colour(text: str) -> Colour | None:
    try:
        red, green, blue = bytes.fromhex(text.removeprefix("#"))
    except ValueError:
        return None
    return red, green, blue
