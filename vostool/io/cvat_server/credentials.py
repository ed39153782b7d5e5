"""The login for each server, kept in the system's keyring or the environment, never in a file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from vostool.errors import LoginRefused, ServerError, UsageError
from vostool.io.cvat_server.extra import package
from vostool.words import tr

SERVICE = "vostool-cvat"
"""The name of our entries in the keyring; the server's address is the user name there."""

TOKEN_VARIABLE = "CVAT_ACCESS_TOKEN"  # as CVAT's own command line has it
USER_VARIABLE, PASSWORD_VARIABLE = "VOSTOOL_CVAT_USER", "VOSTOOL_CVAT_PASSWORD"
SERVER_VARIABLE = "VOSTOOL_CVAT_URL"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access token alone, or a user name with a password; ``repr`` shows no secret."""

    user: str = ""
    secret: str = ""

    @property
    def is_token(self) -> bool:
        """True for an access token."""
        return not self.user

    def __repr__(self) -> str:
        return f"Credentials({self.user or 'token'})"


def server_address(text: str) -> str:
    """An address as typed, made whole: ``app.cvat.ai/`` becomes ``https://app.cvat.ai``.

    Raises:
        UsageError: it is no address of a server.
    """
    whole = text.strip()
    if "://" not in whole:
        local = whole.startswith(("localhost", "127.", "[::1]"))
        whole = f"{'http' if local else 'https'}://{whole}"
    try:
        parts = urlsplit(whole)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.password or any(c.isspace() for c in whole):
        raise UsageError(
            tr("'{text}' is no server's address; give one such as https://app.cvat.ai.", text=text)
        )
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def stored_credentials(url: str) -> Credentials:
    """What is known for a server: from the environment, else from the keyring.

    Raises:
        LoginRefused: nothing is known.
        ServerError: the extra is not installed.
    """
    if token := os.environ.get(TOKEN_VARIABLE):
        return Credentials("", token)
    user, password = os.environ.get(USER_VARIABLE), os.environ.get(PASSWORD_VARIABLE)
    if user and password:
        return Credentials(user, password)
    keyring = package("keyring")
    try:
        stored = keyring.get_password(SERVICE, url)
    except _keyring_errors():
        stored = None
    if stored is None:
        raise LoginRefused(
            tr(
                "No login is known for {url}; give one with `vostool cvat "
                "login --url {url}`, or set {token_variable}.",
                url=url,
                token_variable=TOKEN_VARIABLE,
            )
        )
    try:
        entry = json.loads(stored)
        return Credentials(str(entry["user"]), str(entry["secret"]))
    except (ValueError, KeyError, TypeError) as error:
        raise LoginRefused(
            tr("The keyring's entry for {url} is not ours; log in again to replace it.", url=url)
        ) from error


def keep_credentials(url: str, credentials: Credentials) -> None:
    """Put a login into the system's keyring.

    Raises:
        ServerError: there is no keyring, or it refused.
    """
    entry = json.dumps({"user": credentials.user, "secret": credentials.secret})
    try:
        package("keyring").set_password(SERVICE, url, entry)
    except _keyring_errors() as error:
        raise ServerError(
            tr(
                "The login was not kept: the system has no keyring that can be "
                "used ({short}); it serves until the program ends, or set "
                "{token_variable}.",
                short=_short(error),
                token_variable=TOKEN_VARIABLE,
            )
        ) from error


def forget_credentials(url: str) -> bool:
    """Take a login out of the keyring; False where there was none.

    Raises:
        ServerError: there is no keyring, or it refused.
    """
    keyring = package("keyring")
    try:
        if keyring.get_password(SERVICE, url) is None:
            return False
        keyring.delete_password(SERVICE, url)
    except _keyring_errors() as error:
        raise ServerError(
            tr("The keyring cannot be used ({short}).", short=_short(error))
        ) from error
    return True


def default_server() -> str | None:
    """The server that is meant where none is named: the environment's, else the last login's."""
    if chosen := os.environ.get(SERVER_VARIABLE):
        return server_address(chosen)
    try:
        stored = json.loads(_settings_file().read_text("utf-8"))["server"]
        return server_address(stored) if isinstance(stored, str) else None
    except (OSError, ValueError, KeyError, TypeError, UsageError):
        return None


def remember_server(url: str) -> None:
    """Keep the address, which is no secret, for the next time where that is possible."""
    file = _settings_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"server": url}) + "\n", "utf-8")
    except OSError:
        return


def _settings_file() -> Path:
    chosen = os.environ.get("VOSTOOL_CONFIG")
    folder = Path(chosen) if chosen else platformdirs.user_config_path("vostool", appauthor=False)
    return folder / "cvat.json"


def _keyring_errors() -> Any:
    # A backend may fail with an error of the system's own (D-Bus), which keyring does not wrap.
    return package("keyring.errors").KeyringError, OSError, RuntimeError


def _short(error: BaseException) -> str:
    return str(error).partition(".")[0].strip() or type(error).__name__
