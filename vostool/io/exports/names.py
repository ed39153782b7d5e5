"""File names of exported frames and videos: safe, unique, and after the person's pattern."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from vostool.frames import FrameSource
from vostool.words import tr


def safe_name(name: str) -> str:
    """A file or folder name that every system takes."""
    cleaned = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name).rstrip(" .")
    return cleaned or "video"


def image_names(source: FrameSource, frames: list[int], warnings: list[str]) -> dict[int, str]:
    """Names of image files, made unique where only the ending or the case told them apart."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    renamed = 0
    for frame in frames:
        name = re.sub(r"[/\\\x00-\x1f]", "_", source.name(frame)) or "image"
        if name.casefold() in taken:
            name = f"{name}_{frame:06d}"
            renamed += 1
        taken.add(name.casefold())
        names[frame] = name
    if renamed:
        warnings.append(
            tr(
                "{renamed} images share a name but for the ending: a number was added.",
                renamed=renamed,
            )
        )
    return names


def image_endings(folder: Path, names: Mapping[int, str]) -> dict[int, str]:
    """Endings of the images that bear these names, where there is exactly one."""
    found: dict[str, list[str]] = {}
    for entry in os.scandir(folder):
        stem, ending = os.path.splitext(entry.name)
        found.setdefault(stem, []).append(ending)
    return {f: found[name][0] for f, name in names.items() if len(found.get(name, ())) == 1}


def unique_names(names: Iterable[str]) -> list[str]:
    """Safe names in the same order; a repeated one gets a number, upper and lower case alike."""
    taken: set[str] = set()
    found = []
    for name in map(safe_name, names):
        unique, number = name, 2
        while unique.casefold() in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique.casefold())
        found.append(unique)
    return found
