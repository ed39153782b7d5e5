"""A CVAT stub with the generated clip as job 7, a keyring in memory, and no waiting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import numpy as np
import pytest
from cvat_stub import LABELS, TOKEN, CvatStub, StubJob

from vostool.evaluate.generated_clip import GeneratedClip, generate_clip
from vostool.io.cvat_server import connections, session
from vostool.io.cvat_server.credentials import Credentials, keep_credentials, remember_server
from vostool.io.cvat_server.shapes import mask_points
from vostool.masks.mask import Mask

CAR, PERSON = 11, 12
START = 5
"""The server's number of the job's first frame."""


class MemoryKeyring(keyring.backend.KeyringBackend):
    """What the system's keyring does, for as long as a test."""

    priority = 1

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture(scope="session")
def job_clip() -> GeneratedClip:
    return generate_clip(16, 160, 96)


@pytest.fixture
def memory_keyring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    made = MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def cvat(
    job_clip: GeneratedClip, memory_keyring: MemoryKeyring, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[CvatStub]:  # fmt: skip
    """The server with job 7 and nothing annotated; the login is in the keyring."""
    for name in ("CACHE", "URL", "USER", "PASSWORD"):
        monkeypatch.delenv(f"VOSTOOL_CVAT_{name}", raising=False)
    monkeypatch.delenv("CVAT_ACCESS_TOKEN", raising=False)
    monkeypatch.setenv("VOSTOOL_CVAT_CACHE", str(tmp_path / "cvat-frames"))
    monkeypatch.setenv("VOSTOOL_DRAFTS", str(tmp_path / "drafts"))
    monkeypatch.setenv("VOSTOOL_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr(session, "RETRIES", 0)
    with CvatStub() as server:
        server.add(StubJob(7, job_clip.frames, LABELS, start=START))
        keep_credentials(server.url, Credentials("", TOKEN))
        remember_server(server.url)
        yield server
        connections.log_out()


def truth(clip: GeneratedClip, frame: int, which: int) -> Mask:
    return Mask.from_array(clip.ids[frame] == which)


def mask_shape(frame: int, mask: Mask, group: int = 0, label: int = CAR, **more: object) -> dict:
    """A shape on the job's frame (counted from 0), as a person drew it in the browser."""
    return {"type": "mask", "frame": START + frame, "label_id": label, "group": group,
            "points": mask_points(mask), **more}  # fmt: skip


def box_of(mask: Mask) -> list[float]:
    x, y, w, h = mask.bbox
    return [float(x), float(y), float(x + w), float(y + h)]


def held(server: CvatStub, job_id: int = 7) -> dict[tuple[int, int], Mask]:
    """The server's masks by (our frame, group), decoded by the client library's own decoder."""
    from cvat_sdk.masks import decode_mask

    found: dict[tuple[int, int], Mask] = {}
    job = server.jobs[job_id]
    height, width = np.shape(job.frames)[1:3]
    for shape in server.shapes(job_id):
        assert shape["type"] == "mask"
        key = (shape["frame"] - job.start, shape["group"])
        assert key not in found, f"two masks on {key}"
        pixels = decode_mask(shape["points"], image_width=width, image_height=height)
        found[key] = Mask.from_array(pixels)
    return found
