"""Job files that were opened lately, and the scheduler that was used last."""

from __future__ import annotations

import json
from pathlib import Path

from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings, stored_json, stored_text
from vostool.words import shortened

MOST = 8
LONGEST = 4096
"""Characters of a path; no system takes more."""


def recent_job_files() -> list[Path]:
    """The newest first; whether they are still there is not asked."""
    names = stored_json(keys.BATCH_FILES, [])
    known = names if isinstance(names, list) else []
    usable = (n for n in known if isinstance(n, str) and 0 < len(n) <= LONGEST and "\0" not in n)
    return [Path(name) for name in usable][:MOST]


def remember_job_file(path: Path) -> None:
    """Put a job file at the head of the list."""
    others = [known for known in recent_job_files() if known != path]
    settings().setValue(keys.BATCH_FILES, json.dumps([str(p) for p in [path, *others][:MOST]]))


def last_scheduler() -> str:
    """The address that was typed last, empty for none."""
    return shortened(stored_text(keys.BATCH_SCHEDULER))


def remember_scheduler(address: str) -> None:
    """Keep it for the next time."""
    settings().setValue(keys.BATCH_SCHEDULER, address)
