"""One connection that fetches a file, from where an earlier one ended."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from vostool import __version__
from vostool.errors import ModelError
from vostool.models.weights.catalog import ModelSpec
from vostool.progress import Progress
from vostool.words import tr

_CHUNK = 2**20
_TIMEOUT = 30.0
"""Seconds without a single byte after which a connection counts as broken."""


class BrokenOff(Exception):
    """The connection ended early; another try may go on from there."""


def transfer(spec: ModelSpec, url: str, part: Path, have: int, progress: Progress) -> None:
    """One connection: append to the part what the server still has to give.

    Args:
        have: bytes of it that are there.
        progress: told bytes done and in all; what it raises ends the connection.

    Raises:
        BrokenOff: it ended early; what came is kept.
        ModelError: the server has not got the official file, or there is no such server.
        OSError: the part cannot be written.
    """
    request = urllib.request.Request(url, headers={"User-Agent": f"vostool/{__version__}"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with _connect(url, request) as response:
        resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
        start = have if resumed else 0
        announced = response.headers.get("Content-Length")
        if announced is not None and start + int(announced) != spec.size:
            raise ModelError(_wrong_size(spec, url, f"{start + int(announced)}"))
        with part.open("ab" if resumed else "wb") as file:
            done = start
            progress(done, spec.size, spec.file_name)
            while chunk := _read(response):
                file.write(chunk)
                done += len(chunk)
                progress(min(done, spec.size), spec.size, spec.file_name)
                if done > spec.size:
                    break
    if done > spec.size:
        part.unlink()
        raise ModelError(_wrong_size(spec, url, tr("more than that")))
    if done < spec.size:
        raise BrokenOff(tr("the connection ended early"))


def _wrong_size(spec: ModelSpec, url: str, found: str) -> str:
    return tr(
        "{url} is not the official file: that has {size} bytes, this "
        "one {found}; nothing was kept of it, try another --mirror.",
        url=url,
        size=spec.size,
        found=found,
    )


def _connect(url: str, request: urllib.request.Request) -> http.client.HTTPResponse:
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT)
        return response
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise BrokenOff(tr("the server answered {code}", code=error.code)) from error
        raise ModelError(
            tr(
                "The server has no {url} to give (it answered {code}); check "
                "the address or name another --mirror.",
                url=url,
                code=error.code,
            )
        ) from error
    except urllib.error.URLError as error:
        raise _network_problem(url, error.reason) from error
    except (http.client.HTTPException, OSError) as error:
        raise BrokenOff(str(error) or type(error).__name__) from error


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(_CHUNK)
    except http.client.IncompleteRead as error:
        return error.partial
    except (http.client.HTTPException, OSError) as error:
        raise BrokenOff(str(error) or type(error).__name__) from error


def _network_problem(url: str, reason: object) -> Exception:
    host = url.split("/")[2]
    if isinstance(reason, socket.gaierror):
        return ModelError(tr("{host} was not found; check the network connection.", host=host))
    if isinstance(reason, ConnectionRefusedError):
        return ModelError(
            tr("{host} refused the connection; check the network or the --mirror.", host=host)
        )
    if isinstance(reason, ssl.SSLError):
        return ModelError(
            tr(
                "{host} has no certificate to be trusted ({reason}).",
                host=host,
                reason=reason.reason,
            )
        )
    return BrokenOff(str(reason))
