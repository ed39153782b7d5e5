"""The logged-in sessions of this process, one a server, made when a picture or a job is wanted."""

from __future__ import annotations

import threading

from vostool.io.cvat_server.credentials import Credentials, stored_credentials
from vostool.io.cvat_server.session import Session, connect

_sessions: dict[str, Session] = {}
_lock = threading.Lock()


def session_for(url: str) -> Session:
    """The session of a server; logs in with what is known where there is none yet.

    Raises:
        LoginRefused: no login is known, or the server refuses it.
        ServerError: the server cannot be reached.
    """
    with _lock:
        found = _sessions.get(url)
        if found is None:
            found = _sessions[url] = connect(url, stored_credentials(url))
        return found


def log_in(url: str, credentials: Credentials) -> Session:
    """Log in and use this session for the server from now on.

    Raises:
        LoginRefused, ServerError: the session before, if any, stays.
    """
    made = connect(url, credentials)
    with _lock:
        before = _sessions.get(url)
        _sessions[url] = made
    if before is not None:
        before.close()
    return made


def log_out(url: str | None = None) -> None:
    """Drop the session of a server (None: of all)."""
    with _lock:
        for known in [url] if url is not None else list(_sessions):
            found = _sessions.pop(known, None)
            if found is not None:
                found.close()
