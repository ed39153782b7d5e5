"""The frames of a CVAT job: from the disk where they are there, else from the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path

from vostool.errors import ServerError, SourceError
from vostool.frames import FrameSource, Image, SourceInfo
from vostool.io.cvat_server.connections import session_for
from vostool.io.cvat_server.frame_store import FrameStore, read_manifest
from vostool.io.cvat_server.job import RATE, Job
from vostool.io.cvat_server.session import Session
from vostool.io.video.pictures import read_image
from vostool.words import tr

_SECONDS_BETWEEN_LOOKS = 0.05

Connect = Callable[[str], Session]


def open_job_folder(folder: Path, connect: Connect = session_for) -> JobFrames:
    """Open a job by its folder in the frame cache; asks the server for nothing yet.

    Args:
        connect: gives the session of a server when a frame is wanted that is not there.

    Raises:
        SourceError: the folder belongs to no job.
    """
    job = read_manifest(folder)
    if job is None:
        raise SourceError(tr("The folder '{folder}' holds no CVAT job.", folder=folder))
    return JobFrames(job, folder, FrameStore(folder), connect)


class JobFrames:
    """A :class:`~vostool.frames.FrameSource` over a job; clones share the store on the disk.

    ``frame`` raises :class:`~vostool.errors.ServerError` where a frame is neither on the disk nor
    to be had from the server: unlike a damaged picture, which a track run passes over, this ends
    the run, so that it can go on from there later.
    """

    def __init__(
        self,
        job: Job,
        folder: Path,
        store: FrameStore,
        connect: Connect,
        *,
        hung_up: threading.Event | None = None,
    ) -> None:
        self.job = job
        self._folder, self._store, self._connect = folder, store, connect
        self._hung_up = hung_up or threading.Event()
        self._closed = False
        self._info = SourceInfo(
            path=folder,
            kind="cvat",
            width=job.width,
            height=job.height,
            frame_count=len(job.numbers),
            rate=RATE,
            codec="cvat",
        )

    @property
    def info(self) -> SourceInfo:
        return self._info

    def __len__(self) -> int:
        return len(self.job.numbers)

    def frame(self, index: int) -> Image:
        number = self._number(index)
        path = self._store.find(number)
        if path is not None:
            try:
                return self._read(path, index)
            except SourceError:
                # A cache may go bad at any time; the server has the picture.
                self._store.drop(number)
        return self._read(self._fetched(number, index), index)

    def time(self, index: int) -> float:
        self._number(index)
        return index / RATE

    def name(self, index: int) -> str:
        self._number(index)
        return self.job.frame_name(index)

    def clone(self) -> FrameSource:
        return JobFrames(self.job, self._folder, self._store, self._connect, hung_up=self._hung_up)

    def hang_up(self) -> None:
        """Wait for the server no more, in this source and all its clones; from any thread.

        Threads that wait for a frame give up at once; frames on the disk can still be read.
        """
        self._hung_up.set()

    def close(self) -> None:
        self._closed = True

    def _fetched(self, number: int, index: int) -> Path:
        try:
            data = self._waited_for(number)
        except ServerError as error:
            raise type(error)(
                tr("Frame {index} is not on this computer yet. {error}", index=index, error=error)
            ) from error
        try:
            return self._store.put(number, data)
        except OSError as error:
            raise ServerError(
                tr(
                    "Frame {index} cannot be kept in '{folder}' ({strerror}); free space.",
                    index=index,
                    folder=self._folder,
                    strerror=error.strerror,
                )
            ) from error

    def _waited_for(self, number: int) -> bytes:
        """The picture from the server; a request cannot be broken off, but it can be left alone."""
        answer: Future[bytes] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._connect(self.job.url).frame(self.job.id, number))
            except BaseException as error:
                answer.set_exception(error)

        threading.Thread(target=ask, name="cvat-frame", daemon=True).start()
        while not self._hung_up.is_set():
            try:
                return answer.result(timeout=_SECONDS_BETWEEN_LOOKS)
            except FutureTimeoutError:
                continue
        raise ServerError(tr("The job was closed."))

    def _read(self, path: Path, index: int) -> Image:
        image = read_image(path)
        height, width = image.shape[:2]
        if (width, height) != (self._info.width, self._info.height):
            raise SourceError(
                tr(
                    "Frame {index} of {job_title} is {width}x{height}, but the job "
                    "says {width_2}x{height_2}; open the job again.",
                    index=index,
                    job_title=self.job.title,
                    width=width,
                    height=height,
                    width_2=self._info.width,
                    height_2=self._info.height,
                )
            )
        return image

    def _number(self, index: int) -> int:
        if self._closed:
            raise SourceError(tr("{job_title} is closed; open it again.", job_title=self.job.title))
        if not 0 <= index < len(self.job.numbers):
            raise SourceError(
                tr(
                    "There is no frame {index}: {job_title} has frames 0 to {count}.",
                    index=index,
                    job_title=self.job.title,
                    count=len(self.job.numbers) - 1,
                )
            )
        return self.job.numbers[index]
