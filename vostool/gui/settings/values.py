"""What a person can set, apart from the keys: the values, their bounds, and where they are kept."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass

from vostool.errors import UsageError
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings, stored_text
from vostool.models.devices import check_device_name
from vostool.models.engine_options import QUALITIES, EngineOptions, quality_named
from vostool.project.objects import DEFAULT_LABEL
from vostool.words import LANGUAGES, mark

THEMES = (mark("System"), mark("Light"), mark("Dark"))
FRAME_MEGABYTES = (64, 65536)
FEATURE_MEGABYTES = (0, 65536)
FORMER_FEATURES = 256


@dataclass(frozen=True)
class Values:
    """The settings.

    Attributes:
        theme: one of THEMES.
        quality: one of QUALITIES, for the engines that have any.
        frame_megabytes: bound on decoded frames of the open video, in MiB.
        feature_megabytes: bound on the engine's encoder features, in MiB; 0 for a quarter of the
            memory that is free.
        features_on_disk: keep encoder features on disk as well.
        first_label: the label of the first object of a project; later ones take the last used.
        device: "cpu", "cuda:1" and so on, of this computer; "" for the best there is.
        language: a code of :data:`vostool.words.LANGUAGES`, from the next start on; "" for the
            system's.
        learn: the engine learns of each correction, where it can.
    """

    theme: str = "System"
    quality: str = "auto"
    frame_megabytes: int = 1024
    feature_megabytes: int = 0
    features_on_disk: bool = False
    first_label: str = DEFAULT_LABEL
    device: str = ""
    language: str = ""
    learn: bool = False

    def engine_options(self) -> EngineOptions:
        """What the engines are told."""
        return EngineOptions(
            quality=self.quality,
            cache_bytes=self.feature_megabytes * 2**20 or None,
            features_on_disk=self.features_on_disk,
        )


def load() -> Values:
    """The stored settings; what is missing or makes no sense has its default."""
    store, default = settings(), Values()
    theme = str(store.value(keys.THEME, default.theme))
    quality = quality_named(str(store.value(keys.QUALITY, default.quality)))
    label = str(store.value(keys.FIRST_LABEL, default.first_label)).strip()
    return Values(
        theme if theme in THEMES else default.theme,
        quality if quality in QUALITIES else default.quality,
        _number(keys.FRAME_MEGABYTES, default.frame_megabytes, FRAME_MEGABYTES),
        _number(keys.FEATURE_MEGABYTES, _former_features(), FEATURE_MEGABYTES),
        str(store.value(keys.FEATURES_ON_DISK, "false")).lower() == "true",
        label or default.first_label,
        _device(),
        _language(),
        str(store.value(keys.LEARN, "false")).lower() == "true",
    )


def save(values: Values) -> None:
    """Keep the settings for this run and the next ones."""
    store = settings()
    for key, value in (
        (keys.THEME, values.theme),
        (keys.QUALITY, values.quality),
        (keys.FRAME_MEGABYTES, values.frame_megabytes),
        (keys.FEATURE_MEGABYTES, values.feature_megabytes),
        (keys.FEATURES_ON_DISK, values.features_on_disk),
        (keys.FIRST_LABEL, values.first_label),
        (of_this_computer(keys.DEVICE), values.device),
        (keys.LANGUAGE, values.language),
        (keys.LEARN, values.learn),
    ):
        store.setValue(key, value)


def of_this_computer(key: str) -> str:
    """Settings may lie in a home that several computers share, and each has its own cards."""
    return key + re.sub(r"\W", "_", platform.node())


def _former_features() -> int:
    """What a person chose in a version before; what nobody chose follows the free memory now."""
    former = _number(keys.FORMER_FEATURE_MEGABYTES, FORMER_FEATURES, FEATURE_MEGABYTES)
    return 0 if former == FORMER_FEATURES else former


def _device() -> str:
    stored = stored_text(of_this_computer(keys.DEVICE))
    try:
        check_device_name(stored)
    except UsageError:
        return ""
    return stored


def _language() -> str:
    stored = stored_text(keys.LANGUAGE)
    return stored if stored in LANGUAGES else ""


def _number(name: str, default: int, bounds: tuple[int, int]) -> int:
    try:
        found = int(str(settings().value(name, default)))
    except (ValueError, TypeError):
        return default
    return min(max(found, bounds[0]), bounds[1])
