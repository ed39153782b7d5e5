"""Pictures into imageio-ffmpeg's FFmpeg, with their times, and its failures as one sentence.

A raw pipe has one constant rate; NUT (ffmpeg.org/nut.html) carries a time with every picture, so
PyAV writes that into FFmpeg's standard input. Encoding runs in its own process beside decoding
and drawing, and the pipe holds it back to a few pictures.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import av
import imageio_ffmpeg
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from vostool.errors import ExportError
from vostool.io.exports.rendered.sound import SILENT, Sound
from vostool.words import tr

_BUFFER = 1 << 20
_LAST_WORDS = 20_000
_ASK_SECONDS = 0.2
_WINDOWS_NO_CONSOLE = 0x08000000  # CREATE_NO_WINDOW
_WINDOWS_NEW_GROUP = 0x00000200  # CREATE_NEW_PROCESS_GROUP
_QUIET = ("-hide_banner", "-loglevel", "error")

# Players guess the matrix from the height where none is told; it is converted to and told.
_FLAGS = "bicubic+accurate_rnd+full_chroma_int"
_TELL = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
BT709 = (
    *("-vf", f"scale=out_color_matrix=bt709:out_range=tv:flags={_FLAGS},{_TELL}"),
    *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv"),
)
"""Output options that convert RGB to BT.709 and mark the file as such."""


def require(*encoders: str) -> None:
    """See that FFmpeg is there and has these encoders.

    Raises:
        ExportError: it is not, or has not; says what to install.
    """
    program = executable()
    known = _encoders(program)
    for name in encoders:
        if name not in known:
            raise ExportError(
                tr(
                    "The FFmpeg at {program} has no encoder {name}; install "
                    "imageio-ffmpeg's own (unset IMAGEIO_FFMPEG_EXE) or choose "
                    "another format.",
                    program=program,
                    name=name,
                )
            )


def executable() -> str:
    """The FFmpeg that imageio-ffmpeg brings or finds.

    Raises:
        ExportError: there is none.
    """
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise ExportError(
            tr(
                "There is no FFmpeg; install it again with 'pip install "
                "--force-reinstall imageio-ffmpeg'."
            )
        ) from None


class VideoPipe:
    """One video in the making.

    Args:
        target: the file, which FFmpeg replaces.
        size: (width, height) of every picture.
        alpha: pictures are (H, W, 4) RGBA, else (H, W, 3) RGB; uint8.
        tick: seconds of one step of time.
        last: ticks that the last picture stands.
        output: FFmpeg's options for the file.
        sound: of the source.

    Raises:
        ExportError: FFmpeg is not there or does not start.
    """

    def __init__(
        self,
        target: Path,
        size: tuple[int, int],
        tick: Fraction,
        last: int,
        output: Sequence[str],
        *,
        alpha: bool = False,
        sound: Sound = SILENT,
    ) -> None:
        self._target = target
        self._format = "rgba" if alpha else "rgb24"
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - until it has ended
        times = ("-fps_mode", "passthrough", "-enc_time_base", f"{tick}")
        pictures = ("-f", "nut", "-i", "pipe:0")
        given = (*pictures, *sound.given, "-map", "0:v", *sound.maps, *times, *output)
        self._process = _start((*given, f"file:{target}"), self._errors, subprocess.PIPE)
        assert self._process.stdin is not None
        self._pipe = _Pipe(self._process.stdin)
        # The rate in the header is what FFmpeg takes for the last picture's duration.
        self._container = av.open(self._pipe, "w", format="nut", buffer_size=_BUFFER)
        self._stream = self._container.add_stream("rawvideo", rate=1 / (tick * last))
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = self._format
        self._stream.time_base = self._stream.codec_context.time_base = tick
        self._tick = tick

    def write(self, picture: NDArray[np.uint8], tick: int) -> None:
        """Add the next picture, shown from ``tick`` on.

        Raises:
            ExportError: FFmpeg has given up.
            OSError: the disk is full.
        """
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format=self._format)
        frame.pts, frame.time_base = tick, self._tick
        for packet in self._stream.encode(frame):
            packet.pts = packet.dts = tick
            self._container.mux(packet)
        if self._pipe.broken:
            self._fail()

    def finish(self) -> None:
        """Complete the file.

        Raises:
            ExportError: FFmpeg has given up.
            OSError: the disk is full.
        """
        self._container.close()
        self._pipe.close()
        if self._process.wait() or self._pipe.broken:
            self._fail()
        self._errors.close()

    def close(self) -> None:
        """Stop where :meth:`finish` was not reached; the file is then of no use."""
        if self._errors.closed:
            return
        self._process.kill()
        self._process.wait()
        self._pipe.close()
        self._container.close()
        self._errors.close()

    def _fail(self) -> None:
        self._pipe.close()
        code = self._process.wait()
        error = _failure(self._errors, code, self._target)
        self.close()
        raise error


def run(arguments: Sequence[str], target: Path, go_on: Callable[[], None]) -> None:
    """One FFmpeg run from file to file; raises as :class:`VideoPipe` does, and what ``go_on`` does,
    which is asked a few times a second.
    """
    with tempfile.TemporaryFile() as errors:
        process = _start((*arguments, f"file:{target}"), errors, subprocess.DEVNULL)
        try:
            code = None
            while code is None:
                go_on()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    code = process.wait(_ASK_SECONDS)
        except BaseException:
            process.kill()
            process.wait()
            raise
        if code:
            raise _failure(errors, code, target)


class _Pipe:
    """What PyAV writes into. An error is remembered instead of raised: PyAV's muxer could not
    be closed after one.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.broken = False

    def write(self, data: bytes) -> int:
        if not self.broken:
            try:
                self._stream.write(data)
            except (OSError, ValueError):  # FFmpeg has gone, or we have closed it
                self.broken = True
        return len(data)

    def close(self) -> None:
        try:
            self._stream.close()
        except OSError:  # FFmpeg has ended: what is left in the buffer is dropped
            self.broken = True


def _start(arguments: Sequence[str], errors: IO[bytes], given: int) -> subprocess.Popen[bytes]:
    # A group of its own: a Ctrl-C is ours to answer, not FFmpeg's.
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": _WINDOWS_NO_CONSOLE | _WINDOWS_NEW_GROUP}
    program = executable()
    try:
        return subprocess.Popen(
            [program, *_QUIET, "-y", *arguments],
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            **apart,
        )
    except OSError as error:
        raise ExportError(
            tr(
                "FFmpeg at {program} cannot be started ({strerror}); install imageio-ffmpeg again.",
                program=program,
                strerror=error.strerror,
            )
        ) from None


def _failure(errors: IO[bytes], code: int, target: Path) -> Exception:
    """The sentence for a person that the last lines FFmpeg printed amount to."""
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - _LAST_WORDS))
    text = errors.read().decode("utf-8", "replace")
    if os.strerror(errno.ENOSPC) in text or "No space left on device" in text:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if not text.strip() and code < 0:
        return ExportError(
            tr(
                "FFmpeg was stopped while writing {target_name} (signal "
                "{code}); there may not have been enough memory or disk space.",
                target_name=target.name,
                code=-code,
            )
        )
    lines = [re.sub(r"^\[[^]]*\]\s*", "", line).strip() for line in text.splitlines()]
    reason = next((line for line in lines if line), tr("code {code}", code=code)).rstrip(".")
    return ExportError(
        tr(
            "FFmpeg could not write {target_name} ({reason}); choose other "
            "options or another format.",
            target_name=target.name,
            reason=reason,
        )
    )


@lru_cache(maxsize=4)
def _encoders(program: str) -> frozenset[str]:
    try:
        told = subprocess.run(
            [program, "-hide_banner", "-encoders"],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise ExportError(
            tr(
                "FFmpeg at {program} cannot be started ({strerror}); install imageio-ffmpeg again.",
                program=program,
                strerror=error.strerror,
            )
        ) from None
    return frozenset(re.findall(r"^ [VA][A-Z.]{5} (\S+)", told.stdout.decode(), re.MULTILINE))
