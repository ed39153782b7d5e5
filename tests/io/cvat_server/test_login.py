"""Logging in: tokens, passwords, the keyring, and every way in which it goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from cvat_fixtures import MemoryKeyring
from cvat_stub import PASSWORD, TOKEN, USER, CvatStub

from vostool.errors import LoginRefused, ServerError, UsageError
from vostool.io.cvat_server import extra
from vostool.io.cvat_server.connections import log_in, session_for
from vostool.io.cvat_server.credentials import (
    Credentials,
    default_server,
    forget_credentials,
    keep_credentials,
    server_address,
    stored_credentials,
)
from vostool.io.cvat_server.session import Session, connect


@pytest.mark.parametrize("who", [Credentials("", TOKEN), Credentials(USER, PASSWORD)])
def test_a_token_or_a_password_logs_in(cvat: CvatStub, who: Credentials) -> None:
    assert [job.id for job in log_in(cvat.url, who).jobs()] == [7]


@pytest.mark.parametrize("who", [Credentials("", "wrong"), Credentials(USER, "wrong")])
def test_a_wrong_secret_is_refused_in_one_sentence(cvat: CvatStub, who: Credentials) -> None:
    with pytest.raises(LoginRefused, match="refused the login; check"):
        connect(cvat.url, who)


def test_the_jobs_come_from_all_pages_with_their_states(logged_in: Session, cvat: CvatStub) -> None:
    for number in (8, 9, 10, 11):
        made = cvat.add(type(cvat.jobs[7])(number, cvat.jobs[7].frames, cvat.jobs[7].labels))
        made.state = "completed"
    jobs = logged_in.jobs()
    assert [job.id for job in jobs] == [7, 8, 9, 10, 11]
    assert {job.state for job in jobs[1:]} == {"completed"}
    assert (jobs[0].frames, jobs[0].task_name, jobs[0].assignee) == (16, "street", USER)


def test_secrets_are_in_the_keyring_and_in_no_file(
    cvat: CvatStub, memory_keyring: MemoryKeyring, tmp_path: Path
) -> None:
    keep_credentials(cvat.url, Credentials(USER, PASSWORD))
    assert stored_credentials(cvat.url) == Credentials(USER, PASSWORD)
    session_for(cvat.url)
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert cvat.url.encode() in written
    assert PASSWORD.encode() not in written
    assert TOKEN.encode() not in written
    assert PASSWORD not in repr(Credentials(USER, PASSWORD))
    assert forget_credentials(cvat.url)
    assert not forget_credentials(cvat.url)
    with pytest.raises(LoginRefused, match="vostool cvat login"):
        stored_credentials(cvat.url)


def test_the_environment_serves_where_there_is_no_keyring(
    cvat: CvatStub, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    with pytest.raises(ServerError, match="no keyring"):
        keep_credentials(cvat.url, Credentials("", TOKEN))
    with pytest.raises(LoginRefused):
        session_for(cvat.url)
    monkeypatch.setenv("CVAT_ACCESS_TOKEN", TOKEN)
    assert session_for(cvat.url).jobs()


def test_the_last_server_is_remembered(cvat: CvatStub, tmp_path: Path) -> None:
    assert default_server() == cvat.url
    assert json.loads((tmp_path / "config" / "cvat.json").read_text()) == {"server": cvat.url}
    (tmp_path / "config" / "cvat.json").write_text("[")
    assert default_server() is None


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("app.cvat.ai", "https://app.cvat.ai"),
        (" https://CVAT.example.org/ ", "https://cvat.example.org"),
        ("localhost:8080", "http://localhost:8080"),
        ("http://10.0.0.1:8080/cvat/", "http://10.0.0.1:8080/cvat"),
    ],
)
def test_addresses_are_made_whole(typed: str, whole: str) -> None:
    assert server_address(typed) == whole


@pytest.mark.parametrize(
    "typed", ["", "ftp://x", "http://", "a b", "http://u:p@host", "http://h:x"]
)
def test_what_is_no_address_is_named(typed: str) -> None:
    with pytest.raises(UsageError, match="server's address"):
        server_address(typed)


def test_a_server_that_is_gone(cvat: CvatStub, logged_in: Session) -> None:
    cvat.stop()
    with pytest.raises(ServerError, match=r"cannot be reached \(connection refused\)"):
        logged_in.jobs()


def test_a_server_that_is_no_cvat(cvat: CvatStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cvat, "answer", lambda *_: {"hello": "there"})
    with pytest.raises(ServerError, match="does not answer as a CVAT server does"):
        connect(cvat.url, Credentials("", TOKEN))
    monkeypatch.setattr(cvat, "answer", lambda *_: 404)
    with pytest.raises(ServerError, match="does not answer as a CVAT server does"):
        connect(cvat.url, Credentials("", TOKEN))


def test_a_job_that_is_gone(logged_in: Session) -> None:
    for ask in (logged_in.job, logged_in.annotations):
        with pytest.raises(ServerError, match=r"There is no job 99 .* or not any more"):
            ask(99)


def test_without_the_extra_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(extra.importlib, "import_module", missing)
    with pytest.raises(ServerError, match=r"pip install 'vostool\[cvat\]'"):
        connect("http://127.0.0.1:9", Credentials("", TOKEN))
