"""What a person can send on about a problem: when, what, and in which program on which system."""

from __future__ import annotations

import platform
from datetime import datetime

from PyQt6.QtCore import QT_VERSION_STR

from vostool import __version__
from vostool.words import tr


def details(title: str, sentence: str, engine: str = "", more: str = "") -> str:
    """The details of a problem as plain text.

    Args:
        engine: the engine that answers, as the status bar says it.
        more: such as a traceback.
    """
    facts = [
        f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}",
        f"{title}: {sentence}" if title else sentence,
        f"VOSTool {__version__}, Python {platform.python_version()}, Qt {QT_VERSION_STR}",
        platform.platform(),
    ]
    if engine:
        facts.append(tr("Engine: {engine}", engine=engine))
    return "\n".join([*facts, *(["", more.rstrip()] if more else [])])
