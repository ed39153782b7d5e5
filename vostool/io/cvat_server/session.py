"""A logged-in connection to a CVAT server, through cvat-sdk's low-level client.

The low-level client is used because it takes a time limit for every request and leaves the JSON
as the server sent it; the high-level one waits forever and turns ten thousand shapes into objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from vostool.errors import LoginRefused, ServerError
from vostool.io.cvat_server.credentials import Credentials
from vostool.io.cvat_server.extra import package
from vostool.io.cvat_server.job import Job, JobSummary
from vostool.io.cvat_server.job_reading import read_job, read_summary
from vostool.words import tr

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 5.0, 60.0
RETRIES, BACKOFF_SECONDS = 2, 0.3
_PAGE = 100
_REASONS = {
    "connection refused": "connection refused",
    "timed out": "no answer in time",
    "name or service not known": "there is no such name",
    "temporary failure in name resolution": "the name cannot be looked up",
    "connection reset": "the connection broke off",
    "connection aborted": "the connection broke off",
    "closed connection": "the connection broke off",
    "certificate": "its certificate is not trusted",
}

Annotations = dict[str, Any]
"""As the server sent them: ``shapes``, ``tracks`` and ``tags``, lists of objects."""


class Session:
    """One server, logged in. Any thread may call it; requests run beside each other.

    All methods raise :class:`~vostool.errors.ServerError` with a sentence for a person.
    """

    def __init__(self, url: str, client: Any) -> None:
        """For :func:`connect`."""
        self.url = url
        self._client = client
        self._api = client.api_client.jobs_api

    def jobs(self) -> list[JobSummary]:
        """All jobs that this user can see, the newest first."""
        return [read_summary(entry) for entry in self._pages(self._api.list_endpoint)]

    def job(self, job_id: int) -> Job:
        """One job with its frames and labels.

        Raises:
            ServerError: also where its frames differ in size or are no pictures.
        """
        with self._explained(tr("job {job_id}", job_id=job_id)):
            entry = _json(self._api.retrieve(job_id, _parse_response=False))
            meta = _json(self._api.retrieve_data_meta(job_id, _parse_response=False))
        labels = self._pages(self._client.api_client.labels_api.list_endpoint, job_id=job_id)
        with self._explained(tr("job {job_id}", job_id=job_id)):
            return read_job(self.url, entry, meta, labels)

    def frame(self, job_id: int, number: int) -> bytes:
        """The encoded picture of a frame in original quality, by the server's number."""
        with self._explained(tr("frame {number} of job {job_id}", number=number, job_id=job_id)):
            _, response = self._api.retrieve_data(
                job_id, number=number, quality="original", type="frame", _parse_response=False
            )
            data: bytes = response.data
        return data

    def annotations(self, job_id: int) -> Annotations:
        """All annotations of a job."""
        with self._explained(tr("job {job_id}", job_id=job_id)):
            found = _json(self._api.retrieve_annotations(job_id, _parse_response=False))
            return {kind: list(found[kind]) for kind in ("shapes", "tracks", "tags")}

    def create(self, job_id: int, shapes: Sequence[Mapping[str, Any]]) -> None:
        """Add shapes, all or none of them."""
        self._patch("create", job_id, shapes, ())

    def delete(
        self,
        job_id: int,
        shapes: Sequence[Mapping[str, Any]],
        tracks: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Remove shapes and tracks by their ids; ids that are gone already are no error."""
        self._patch("delete", job_id, shapes, tracks)

    def close(self) -> None:
        """Give the connections back."""
        _close(self._client)

    def _patch(
        self,
        action: str,
        job_id: int,
        shapes: Sequence[Mapping[str, Any]],
        tracks: Sequence[Mapping[str, Any]],
    ) -> None:
        models = package("cvat_sdk.models")
        with self._explained(tr("job {job_id}", job_id=job_id)):
            request = models.PatchedLabeledDataRequest(
                shapes=[_shape_request(models, shape) for shape in shapes],
                tracks=[_track_request(models, track) for track in tracks],
                tags=[],
            )
            _, response = self._api.partial_update_annotations(
                action, job_id, patched_labeled_data_request=request, _parse_response=False
            )
            response.drain_conn()

    def _pages(self, endpoint: Any, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        with self._explained(
            tr("job {query}", query=query["job_id"]) if "job_id" in query else "jobs"
        ):
            page = 1
            while True:
                answer = _json(
                    endpoint.call_with_http_info(
                        page=page, page_size=_PAGE, _parse_response=False, **query
                    )
                )
                found += answer["results"]
                if not answer.get("next"):
                    return found
                page += 1

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        with explained(self.url, what):
            yield


def connect(url: str, credentials: Credentials) -> Session:
    """Log in.

    Args:
        url: a whole address, see :func:`~vostool.io.cvat_server.credentials.server_address`.

    Raises:
        LoginRefused: the server does not take the credentials.
        ServerError: no such server, it is no CVAT, or the extra is not installed.
    """
    core = package("cvat_sdk.core.client")
    with explained(url, "login"):
        client = core.Client(url, check_server_version=False)
        try:
            _limit_waiting(client)
            client.api_client.server_api.retrieve_about()
            if credentials.is_token:
                client.login(core.AccessTokenCredentials(credentials.secret))
            else:
                client.login((credentials.user, credentials.secret))
            # A token is looked at only when something is asked for with it.
            _json(client.api_client.users_api.retrieve_self(_parse_response=False))
        except BaseException:
            _close(client)
            raise
    return Session(url, client)


def _close(client: Any) -> None:
    client.close()
    client.api_client.rest_client.pool_manager.clear()


@contextmanager
def explained(url: str, what: str) -> Iterator[None]:
    """Turn the client's errors into sentences.

    Args:
        what: what was asked for; "login" while logging in.
    """
    sdk, http = package("cvat_sdk.exceptions"), package("urllib3.exceptions")
    try:
        yield
    except sdk.ApiException as error:
        raise _refusal(url, what, int(error.status or 0), str(error.reason)) from error
    except (http.HTTPError, OSError) as error:
        raise ServerError(
            tr(
                "The server {url} cannot be reached ({reason}); check the address and the network.",
                url=url,
                reason=_reason(error),
            )
        ) from error
    except (ValueError, KeyError, TypeError, AssertionError, sdk.OpenApiException) as error:
        raise ServerError(
            tr(
                "{url} does not answer as a CVAT server does ({name}: {error}); check the address.",
                url=url,
                name=type(error).__name__,
                error=error,
            )
        ) from error


def _refusal(url: str, what: str, status: int, reason: str) -> ServerError:
    if status == 401 or (what == "login" and status in (400, 403)):
        return LoginRefused(
            tr(
                "The server {url} refused the login; check the user name and "
                "password or the token, and log in again.",
                url=url,
            )
        )
    if what == "login" and status == 404:
        return ServerError(
            tr("{url} does not answer as a CVAT server does; check the address.", url=url)
        )
    sentences = {
        0: tr(
            "The server {url} cannot be reached safely ({partition}).",
            url=url,
            partition=reason.partition(chr(10))[0],
        ),
        403: tr(
            "You are not allowed to use {what} on {url}; ask its administrator.", what=what, url=url
        ),
        404: tr(
            "There is no {what} on {url}, or not any more; `vostool cvat list` shows the jobs.",
            what=what,
            url=url,
        ),
        413: tr(
            "The server {url} finds the request too large; push fewer frames at a time.", url=url
        ),
        429: tr("The server {url} asks to wait; try again in a minute.", url=url),
    }
    if status in sentences:
        return ServerError(sentences[status])
    blame = tr("has a problem of its own") if status >= 500 else tr("refused the request")
    return ServerError(
        tr(
            "The server {url} {blame} on {what} ({status} {reason}); try again later.",
            url=url,
            blame=blame,
            what=what,
            status=status,
            reason=reason,
        )
    )


def _limit_waiting(client: Any) -> None:
    """Give every request a time limit, and a few more tries where no answer comes."""
    urllib3 = package("urllib3")
    rest = client.api_client.rest_client
    rest.pool_manager.connection_pool_kw["retries"] = urllib3.Retry(
        total=RETRIES, backoff_factor=BACKOFF_SECONDS
    )
    unlimited = rest.request

    def request(*values: Any, **named: Any) -> Any:
        if named.get("_request_timeout") is None:
            named["_request_timeout"] = (SECONDS_TO_CONNECT, SECONDS_TO_ANSWER)
        return unlimited(*values, **named)

    rest.request = request


def _json(answer: tuple[Any, Any]) -> Any:
    return json.loads(answer[1].data)


def _reason(error: BaseException) -> str:
    cause = getattr(error, "reason", None) or error
    text = str(cause)
    for known, said in _REASONS.items():
        if known in text.lower():
            return said
    return type(cause).__name__ if len(text) > 120 else text


def _shape_request(models: Any, shape: Mapping[str, Any]) -> Any:
    named: dict[str, Any] = {}
    if shape.get("id") is not None:
        named["id"] = shape["id"]
    return models.LabeledShapeRequest(
        type=models.ShapeType(shape["type"]),
        label_id=shape["label_id"],
        frame=shape["frame"],
        points=list(shape["points"]),
        group=shape.get("group") or 0,
        source=shape.get("source") or "manual",
        occluded=bool(shape.get("occluded")),
        outside=bool(shape.get("outside")),
        z_order=shape.get("z_order") or 0,
        rotation=float(shape.get("rotation") or 0),
        attributes=_attributes(models, shape),
        **named,
    )


def _track_request(models: Any, track: Mapping[str, Any]) -> Any:
    return models.LabeledTrackRequest(
        id=track["id"],
        label_id=track["label_id"],
        frame=track["frame"],
        group=track.get("group") or 0,
        source=track.get("source") or "manual",
        attributes=_attributes(models, track),
        shapes=[
            models.TrackedShapeRequest(
                type=models.ShapeType(shape["type"]),
                frame=shape["frame"],
                points=list(shape["points"]),
                outside=bool(shape["outside"]),
                occluded=bool(shape.get("occluded")),
            )
            for shape in track["shapes"]
        ],
    )


def _attributes(models: Any, entry: Mapping[str, Any]) -> list[Any]:
    return [
        models.AttributeValRequest(spec_id=a["spec_id"], value=str(a["value"]))
        for a in entry.get("attributes") or ()
    ]
