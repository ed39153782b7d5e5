"""What a published model on the model hub is, and where its folder is looked for here.

Such a model is a folder: ``config.json``, ``model.safetensors``, and the files of its tokenizer and
of what prepares pictures or sound. Imports nothing heavy, so that listing finders stays quick.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vostool.models.weights import catalog
from vostool.words import tr

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
HUB = "https://huggingface.co"
_MAX_HEADER = 100_000_000  # as the safetensors library bounds it
_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """One published model.

    Attributes:
        name: as typed on the command line, and the name of its folder here.
        title: for people.
        repository: on the hub, "IDEA-Research/grounding-dino-tiny".
        revision: the commit that is fetched, or a branch where independent projects pin none.
        kinds: the ``model_type`` of ``config.json``; several where one folder serves several.
        licence: of the weights.
        size: of the weights in bytes; about that much where ``sha256`` is empty.
        sha256: of the weights, as independent projects publish it; empty where none does. The hub's
            own list of checksums is compared in either case.
        gated: the hub gives it only to who has accepted its licence.
    """

    name: str
    title: str
    repository: str
    revision: str
    kinds: tuple[str, ...]
    licence: str
    size: int
    sha256: str = ""
    gated: bool = False

    @property
    def page(self) -> str:
        """Where its licence can be read."""
        return f"{HUB}/{self.repository}"

    @property
    def folder_names(self) -> tuple[str, ...]:
        """What its folder may be called: our name, or what a clone of the repository is called."""
        return tuple(dict.fromkeys((self.name, self.repository.rpartition("/")[2])))

    @property
    def gate(self) -> str:
        """One sentence on what to do where the hub does not give it to just anybody."""
        return tr(
            "{title} is given only to who has accepted its licence: {accept}",
            title=self.title,
            accept=self._accept,
        )

    @property
    def missing(self) -> str:
        """One sentence that says how to get it."""
        if self.gated:
            return tr(
                "{title} is not here ({megabytes}), and its licence has to be "
                "accepted first: {accept}",
                title=self.title,
                megabytes=_megabytes(self),
                accept=self._accept,
            )
        return tr(
            "{title} is not here; fetch it ({megabytes}) with `{fetch_command}`.",
            title=self.title,
            megabytes=_megabytes(self),
            fetch_command=catalog.fetch_command(self.name),
        )

    @property
    def _accept(self) -> str:
        return tr(
            "do that at {page}, log in with `hf auth login` (or set "
            "HF_TOKEN), then run `{fetch_command}`; --from FOLDER takes "
            "one that you have already.",
            page=self.page,
            fetch_command=catalog.fetch_command(self.name),
        )


def find_hub_model(model: HubModel) -> Path | None:
    """The first folder of the model's name in the folders of checkpoints, or None.

    Where there are only damaged ones the first of them, so that it can be named.
    """
    found = [
        path
        for folder in catalog.checkpoint_dirs()
        for name in model.folder_names
        if ((path := folder / name) / CONFIG).is_file()
    ]
    return next((path for path in found if not folder_problem(model, path)), None) or (
        found[0] if found else None
    )


def folder_problem(model: HubModel, folder: Path) -> str | None:
    """One sentence on what is wrong with a model's folder, by a look at its files' headers only."""
    if not folder.is_dir():
        return tr(
            "There is no folder {folder}; name the folder that holds {model_title}.",
            folder=folder,
            model_title=model.title,
        )
    try:
        kind = _config(folder).get("model_type")
    except OSError as error:
        reason = error.strerror
        return tr(
            "{folder} cannot be read ({reason}); name a folder of {model_title}.",
            folder=folder / CONFIG,
            reason=reason,
            model_title=model.title,
        )
    except ValueError:
        return tr(
            "{folder} is damaged; fetch {model_title} again.",
            folder=folder / CONFIG,
            model_title=model.title,
        )
    if kind not in model.kinds:
        what = tr("of the kind '{kind}'", kind=kind) if kind else tr("of no kind that it names")
        return tr(
            "{folder} holds a model {what} and not {model_title}; name another folder.",
            folder=folder,
            what=what,
            model_title=model.title,
        )
    return next((p for path in _weights(folder) if (p := safetensors_problem(path))), None)


def safetensors_problem(path: Path) -> str | None:
    """One sentence where a file of weights is absent, truncated or no such file; by its header.

    The format: eight bytes of length, JSON with the place of every tensor, then the tensors
    (https://github.com/huggingface/safetensors).
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH), "little")
            header = json.loads(file.read(length)) if 0 < length < _MAX_HEADER else None
            size = os.fstat(file.fileno()).st_size
        if not isinstance(header, dict):
            raise ValueError("no header")
        ends = [
            int(entry["data_offsets"][1])
            for name, entry in header.items()
            if name != "__metadata__"
        ]
    except FileNotFoundError:
        return tr("The checkpoint {path} is not there; fetch the model again.", path=path)
    except OSError as error:
        return tr(
            "The checkpoint {path} cannot be read ({strerror}).", path=path, strerror=error.strerror
        )
    except (ValueError, KeyError, TypeError, IndexError):
        return tr(
            "The checkpoint {path} is truncated or no safetensors file; "
            "delete it and fetch it again.",
            path=path,
        )
    if size != _LENGTH + length + max(ends, default=0):
        return tr("The checkpoint {path} is truncated; delete it and fetch it again.", path=path)
    return None


def _config(folder: Path) -> Mapping[str, Any]:
    content = json.loads((folder / CONFIG).read_text("utf-8"))
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content


def _weights(folder: Path) -> list[Path]:
    """The one file, or those that the index of a model in several files names."""
    index = folder / f"{WEIGHTS}.index.json"
    if (folder / WEIGHTS).exists() or not index.is_file():
        return [folder / WEIGHTS]
    try:
        names = set(json.loads(index.read_text("utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [folder / WEIGHTS]
    return [folder / Path(str(name)).name for name in sorted(names)]


def _megabytes(model: HubModel) -> str:
    return f"{model.size / 1e6:.0f} MB"
