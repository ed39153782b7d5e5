"""A home for a recording: settings and drafts in a folder that goes afterwards."""

from __future__ import annotations

import os
from pathlib import Path


def settle(scratch: Path, theme: str, **more: str) -> None:
    """Let the window that is made next find its settings and drafts there, and the tour seen.

    Args:
        more: further settings by their keys.
    """
    lines = "".join(f"{key}={value}\n" for key, value in {"theme": theme, **more}.items())
    Path(scratch, "vostool.ini").write_text(f"[General]\n{lines}tour_seen=true\n")
    os.environ["VOSTOOL_CONFIG"] = str(scratch)
    os.environ["VOSTOOL_DRAFTS"] = f"{scratch}/drafts"
