"""JSON as the formats write it that stream many small values into one file."""

from __future__ import annotations

import json


def compact(value: object) -> bytes:
    """ASCII without blanks and line ends."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")
