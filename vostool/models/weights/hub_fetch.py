"""Folders of published models, from the model hub or from this computer: checked, then in place.

The hub's own client carries the bytes, goes on after a break, and knows who is logged in. Loads
neither torch nor Qt.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vostool.errors import ModelError
from vostool.models.weights.download import file_sha256
from vostool.models.weights.hub import HUB, WEIGHTS, HubModel, folder_problem
from vostool.words import tr

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

_SUFFIXES = (".json", ".txt", ".model", ".jinja", ".safetensors")
"""What transformers reads; the same weights in other forms stay where they are."""
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Taken:
    """A model's folder that is in place.

    Attributes:
        folder: where.
        checked: by what its weights are known to be the published ones, as the end of a sentence.
    """

    folder: Path
    checked: str


def fetch_model(model: HubModel, dest: Path, endpoint: str | None = None) -> Taken:
    """Fetch a model into ``dest/NAME``, which appears when every file is right.

    Each file is compared with the checksum that the hub lists for it (SHA-256 of large files, git's
    of small ones), and the weights with the SHA-256 that is pinned here, where one is.

    Args:
        endpoint: address of a mirror of the hub.

    Raises:
        ModelError: one sentence; what was fetched is kept, and the next call goes on from there.
    """
    target, part = dest / model.name, dest / f"{model.name}{_PART}"
    if target.exists():
        return _existing(model, target)
    with _sentences(model, dest):
        from huggingface_hub import HfApi, hf_hub_download  # late: a second

        info = HfApi(endpoint=endpoint).model_info(
            model.repository, revision=model.revision, files_metadata=True
        )
        files = _wanted(info.siblings or ())
        if not any(file.rfilename.endswith(".safetensors") for file in files):
            raise ModelError(
                tr(
                    "{repository} has no weights to fetch; look at {page}.",
                    repository=model.repository,
                    page=model.page,
                )
            )
        _check_space(part, sum(file.size or 0 for file in files))
        for file in files:
            path = hf_hub_download(
                model.repository, file.rfilename, revision=info.sha, local_dir=part,
                endpoint=endpoint,
            )  # fmt: skip
            _check(model, file, Path(path))
        shutil.rmtree(part / ".cache", ignore_errors=True)  # the client's notes on what it fetched
        problem = folder_problem(model, part)
        if problem is not None:
            raise ModelError(problem)
        os.replace(part, target)
    how = (
        tr("pinned SHA-256")
        if model.sha256
        else tr("SHA-256 that the hub lists (none is pinned here)")
    )
    return Taken(target, tr("its weights have the {how}", how=how))


def take_folder(model: HubModel, source: Path, dest: Path) -> Taken:
    """Copy a model's folder from this computer into ``dest/NAME``, checked.

    Raises:
        ModelError: it is damaged or another model's, or the disk refuses; nothing is left of it.
    """
    target, part = dest / model.name, dest / f"{model.name}{_PART}"
    if target.exists() and source.exists() and target.samefile(source):
        return _existing(model, target)
    problem = folder_problem(model, source)
    if problem is not None:
        raise ModelError(problem)
    if target.exists():
        raise ModelError(
            tr("{target} is there already; delete it first to take another one.", target=target)
        )
    with _sentences(model, dest):
        dest.mkdir(parents=True, exist_ok=True)
        files = [p for p in source.iterdir() if p.is_file() and p.suffix in _SUFFIXES]
        shutil.rmtree(part, ignore_errors=True)
        _check_space(part, sum(path.stat().st_size for path in files))
        try:
            part.mkdir()
            for path in files:
                shutil.copyfile(path, part / path.name)
            os.replace(part, target)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    return Taken(target, _known_weights(model, target))


def _existing(model: HubModel, target: Path) -> Taken:
    problem = folder_problem(model, target)
    if problem is not None:
        raise ModelError(problem)
    return Taken(target, _known_weights(model, target))


def _known_weights(model: HubModel, folder: Path) -> str:
    if not model.sha256:
        return tr("its files are whole; no SHA-256 is pinned to compare its weights with")
    weights = folder / WEIGHTS
    if weights.is_file() and file_sha256(weights) == model.sha256:
        return tr("its weights have the pinned SHA-256")
    return tr(
        "its files are whole; its weights are not the published ones (their SHA-256 is another)"
    )


def _wanted(files: Sequence[RepoSibling]) -> list[RepoSibling]:
    """Small files first, so that a damaged repository is noticed before gigabytes."""
    kept = [f for f in files if "/" not in f.rfilename and f.rfilename.endswith(_SUFFIXES)]
    return sorted(kept, key=lambda file: (file.size or 0, file.rfilename))


def _check(model: HubModel, file: RepoSibling, path: Path) -> None:
    """Delete a file that is not what the hub lists, or not what is pinned here."""
    if file.lfs is not None:
        found, listed = file_sha256(path), file.lfs.sha256
    else:
        found, listed = _git_sha1(path), file.blob_id or ""
    pinned = model.sha256 if file.rfilename == WEIGHTS else ""
    if found == listed and pinned in ("", found):
        return
    path.unlink()
    what = tr("pinned here") if found == listed else tr("that the hub lists")
    raise ModelError(
        tr(
            "What came as {rfilename} of {model_title} has not the "
            "checksum {what}; it was deleted: run the same again, and take "
            "another --mirror if it stays so.",
            rfilename=file.rfilename,
            model_title=model.title,
            what=what,
        )
    )


def _git_sha1(path: Path) -> str:
    """By which git names a file's content."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _check_space(part: Path, needed: int) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    have = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
    free = shutil.disk_usage(part.parent).free
    if free < needed - have:
        raise ModelError(
            tr(
                "{needed:.0f} MB are needed in {parent}, where {free:.0f} MB "
                "are free; make room or choose another folder.",
                needed=(needed - have) / 1000000.0,
                parent=part.parent,
                free=free / 1000000.0,
            )
        )


@contextmanager
def _sentences(model: HubModel, dest: Path) -> Iterator[None]:
    """Whatever the client, the network or the disk raises, as one sentence."""
    try:
        yield
    except ImportError as error:
        raise ModelError(
            tr("The hub's client is missing; add it with `pip install huggingface-hub`.")
        ) from error
    except OSError as error:
        raise ModelError(_said(model, dest, error)) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _CLIENTS:
            raise
        raise ModelError(_said(model, dest, error)) from error


_CLIENTS = ("huggingface_hub", "httpx", "httpx2", "httpcore", "requests", "hf_xet")
"""Packages whose errors are those of the network; which of them the client uses depends on its
version."""


def _said(model: HubModel, dest: Path, error: Exception) -> str:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    response: Any = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if "GatedRepoError" in kinds or (model.gated and status in (401, 403)):
        return model.gate
    if "RepositoryNotFoundError" in kinds or "RevisionNotFoundError" in kinds or status == 404:
        return tr(
            "The hub has no {repository} of revision {revision} to give; "
            "look at {page}, or take a folder with --from.",
            repository=model.repository,
            revision=model.revision[:12],
            page=model.page,
        )
    if isinstance(error, OSError) and error.filename is not None:
        reason = error.strerror or str(error)
        return tr(
            "{model_title} could not be written to {dest} ({reason}); choose another --dest.",
            model_title=model.title,
            dest=dest,
            reason=reason,
        )
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return tr(
        "{model_title} could not be fetched from {hub} ({reason}); "
        "check the network and run the same again, or take a folder "
        "with --from.",
        model_title=model.title,
        hub=HUB,
        reason=reason[:120] or type(error).__name__,
    )
