"""A CVAT server in a thread: the parts of its REST interface that the official client uses.

It follows the real one where that matters here: ids are the server's and new with every creation;
attributes that a shape does not state come back with their defaults; numbers come back as floats;
PATCH creates or deletes all of a request or nothing; PUT replaces everything; lists come in pages.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

USER, PASSWORD, TOKEN = "ann", "correct horse", "token-123"
_ANYBODY = {"/api/server/about", "/api/auth/login"}


class StubJob:
    """One job: RGB frames (N, H, W, 3), labels and annotations as the server keeps them."""

    def __init__(self, job_id: int, frames: Any, labels: list[dict], *, start: int = 0,
                 task_start: int = 0, step: int = 1, names: list[str] | None = None) -> None:  # fmt: skip
        self.id, self.frames, self.labels = job_id, frames, labels
        self.start, self.task_start, self.step, self.names = start, task_start, step, names
        self.state, self.deleted = "in progress", []
        self.annotations: dict[str, list[dict]] = {"shapes": [], "tracks": [], "tags": []}

    @property
    def stop(self) -> int:
        return self.start + len(self.frames) - 1

    def about(self, url: str) -> dict:
        return {
            "url": f"{url}/api/jobs/{self.id}", "id": self.id, "task_id": 3, "task_name": "street",
            "project_id": None, "project_name": None, "dimension": "2d",
            "mode": "annotation" if self.names else "interpolation", "media_type": "video",
            "bug_tracker": None, "stage": "annotation", "status": "annotation",
            "state": self.state, "type": "annotation", "frame_count": len(self.frames),
            "start_frame": self.start, "stop_frame": self.stop, "organization": None,
            "assignee": {"url": "", "id": 1, "username": USER, "first_name": "", "last_name": ""},
            "issues": {"url": "", "count": 0}, "labels": {"url": ""}, "guide_id": None,
            "created_date": "2026-01-01T00:00:00Z", "updated_date": "2026-01-01T00:00:00Z",
        }  # fmt: skip

    def meta(self) -> dict:
        height, width = self.frames[0].shape[:2]
        frame = {"width": width, "height": height, "related_files": 0}
        names = self.names or ["clip.mp4"]
        first = self.task_start + self.start * self.step
        return {
            "chunks_updated_date": "2026-01-01T00:00:00Z", "chunk_size": 36, "image_quality": 70,
            "size": len(self.frames), "start_frame": first,
            "stop_frame": first + (len(self.frames) - 1) * self.step,
            "frame_filter": f"step={self.step}" if self.step > 1 else "",
            "frames": [{**frame, "name": name} for name in names],
            "deleted_frames": self.deleted, "included_frames": None, "storage": "local",
        }  # fmt: skip


class CvatStub:
    """The server; ``with CvatStub() as server`` starts and stops it.

    Attributes:
        log: ("GET", "/api/jobs/7/annotations") of every request, in order.
        break_after: how many more changing requests are answered before the connection breaks.
    """

    def __init__(self) -> None:
        self.jobs: dict[int, StubJob] = {}
        self.log: list[tuple[str, str]] = []
        self.break_after: int | None = None
        self.broken_reads = False
        self.lock = threading.Lock()
        self._next_id = 100
        self.connections: set[socket.socket] = set()
        handler = type("Handler", (_Handler,), {"stub": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.02,), name="cvat-stub", daemon=True
        )

    def __enter__(self) -> CvatStub:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the server off the network."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def add(self, job: StubJob) -> StubJob:
        self.jobs[job.id] = job
        return job

    def put(self, job_id: int, kind: str, entry: dict) -> dict:
        """What a person does in the browser: a new shape, track or tag."""
        with self.lock:
            made = self._stored(self.jobs[job_id], kind, entry)
            self.jobs[job_id].annotations[kind].append(made)
            return made

    def shapes(self, job_id: int) -> list[dict]:
        return self.jobs[job_id].annotations["shapes"]

    def frames_asked(self) -> list[int]:
        found = [re.search(r"data\?.*number=(\d+)", path) for _, path in self.log]
        return [int(match[1]) for match in found if match]

    # -- what requests do ----------------------------------------------------------------------

    def answer(self, method: str, path: str, query: dict, body: Any, url: str) -> Any:
        """The JSON or the bytes of a request to a known place, or a status."""
        if path == "/api/server/about":
            return {"name": "CVAT", "description": "", "version": "2.80.0", "logo_url": "",
                    "subtitle": ""}  # fmt: skip
        if path == "/api/users/self":
            return {"url": "", "id": 1, "username": USER, "first_name": "", "last_name": ""}
        if path == "/api/jobs":
            page, size = int(query.get("page", 1)), 2  # smaller than asked for, as servers may
            entries = [job.about(url) for job in self.jobs.values()]
            more = page * size < len(entries)
            return {"count": len(entries), "next": "more" if more else None, "previous": None,
                    "results": entries[(page - 1) * size : page * size]}  # fmt: skip
        if path == "/api/labels":
            job = self.jobs.get(int(query["job_id"]))
            labels = job.labels if job else []
            return {"count": len(labels), "next": None, "previous": None, "results": labels}
        match = re.fullmatch(r"/api/jobs/(\d+)(/.*)?", path)
        job = self.jobs.get(int(match[1])) if match else None
        if job is None or match is None:
            return 404
        return self._job_answer(job, method, match[2] or "", query, body, url)

    def _job_answer(self, job: StubJob, method: str, rest: str, query: dict, body: Any,
                    url: str) -> Any:  # fmt: skip
        rest = rest.rstrip("/")  # the client asks for annotations/
        if rest == "":
            return job.about(url)
        if rest == "/data/meta":
            return job.meta()
        if rest == "/data":
            number = int(query["number"])
            if query.get("type") != "frame" or not job.start <= number <= job.stop:
                return 400
            return _png(job.frames[number - job.start])
        if rest != "/annotations":
            return 404
        if method == "GET":
            return {"version": 0, **job.annotations}
        if method == "DELETE":
            job.annotations = {"shapes": [], "tracks": [], "tags": []}
            return 204
        return self._change(job, method, query.get("action", ""), body)

    def _change(self, job: StubJob, method: str, action: str, body: dict) -> Any:
        known = {label["id"] for label in job.labels}
        entries = [e for kind in ("shapes", "tracks", "tags") for e in body.get(kind, [])]
        if any(e["label_id"] not in known for e in entries):
            return 400
        if method == "PUT":
            job.annotations = {"shapes": [], "tracks": [], "tags": []}
        for kind in ("shapes", "tracks", "tags"):
            given = body.get(kind, [])
            if action in ("delete", "update"):
                gone = {e["id"] for e in given}
                kept = [e for e in job.annotations[kind] if e["id"] not in gone]
                job.annotations[kind] = kept
            if action in ("create", "update") or method == "PUT":
                job.annotations[kind] += [self._stored(job, kind, e) for e in given]
        return {"version": 0, **body}

    def _stored(self, job: StubJob, kind: str, entry: dict) -> dict:
        """An entry as the server gives it back."""
        self._next_id += 1
        made = {"group": 0, "source": "manual", "attributes": [], **copy.deepcopy(entry)}
        made["id"] = self._next_id
        label = next(x for x in job.labels if x["id"] == made["label_id"])
        stated = {a["spec_id"]: a["value"] for a in made["attributes"]}
        made["attributes"] = [
            {"spec_id": a["id"], "value": stated.get(a["id"], a["default_value"])}
            for a in label["attributes"]
        ]
        for shape in [made] if kind == "shapes" else made.get("shapes", []):
            shape.update({"occluded": False, "outside": False, "z_order": 0, "rotation": 0.0,
                          "elements": [], **shape})  # fmt: skip
            shape["points"] = [float(value) for value in shape.get("points", [])]
        return made


class _Handler(BaseHTTPRequestHandler):
    stub: CvatStub
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer; two would wait for each other

    def log_message(self, *_: object) -> None:
        """The log is :attr:`CvatStub.log`."""

    def setup(self) -> None:
        super().setup()
        self.stub.connections.add(self.connection)

    def finish(self) -> None:
        super().finish()
        self.stub.connections.discard(self.connection)

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        stub = self.stub
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        stub.log.append((method, self.path))
        if method == "GET" and stub.broken_reads and parts.path.endswith("/data"):
            return self._break()
        if method in ("PUT", "PATCH", "DELETE") and stub.break_after is not None:
            if stub.break_after <= 0:
                return self._break()
            stub.break_after -= 1
        if parts.path.startswith("/api/auth/"):
            return self._authenticate(parts.path, json.loads(raw or b"{}"))
        if parts.path not in _ANYBODY and not self._known():
            return self._send(401, {"detail": "Authentication credentials were not provided."})
        body = json.loads(raw) if raw else {}
        with stub.lock:
            answer = stub.answer(method, parts.path, query, body, stub.url)
            payload = answer if isinstance(answer, bytes | int) else copy.deepcopy(answer)
        if isinstance(payload, int):
            return self._send(payload, None if payload == 204 else {"detail": "refused"})
        return self._send(200, payload)

    def _authenticate(self, path: str, body: dict) -> None:
        if path == "/api/auth/logout":
            return self._send(200, {"detail": "Successfully logged out."})
        if (body.get("username"), body.get("password")) != (USER, PASSWORD):
            reason = "Unable to log in with provided credentials."
            return self._send(400, {"non_field_errors": [reason]})
        cookies = ("sessionid=s-1; Path=/", "csrftoken=c-1; Path=/")
        return self._send(200, {"key": "k-1"}, cookies)

    def _known(self) -> bool:
        bearer = self.headers.get("Authorization", "")
        cookie = self.headers.get("Cookie", "")
        return bearer.endswith(TOKEN) or "sessionid=s-1" in cookie

    def _break(self) -> None:
        """What a network does that goes away in the middle."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status: int, payload: Any, cookies: tuple[str, ...] = ()) -> None:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        if payload is None:
            data = b""
        self.send_response(status)
        kind = "image/png" if isinstance(payload, bytes) else "application/vnd.cvat+json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for cookie in cookies:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(data)


def _png(frame: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "PNG")
    return file.getvalue()


LABELS = [
    {"id": 11, "name": "car", "color": "#ff0000", "type": "any", "sublabels": [], "attributes": [
        {"id": 21, "name": "parked", "mutable": True, "input_type": "checkbox",
         "default_value": "false", "values": ["false", "true"]}]},
    {"id": 12, "name": "person", "color": "#0000ff", "type": "any", "sublabels": [],
     "attributes": []},
]  # fmt: skip
