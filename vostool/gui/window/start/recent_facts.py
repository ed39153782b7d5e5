"""What the start page says of a place that was opened lately: a picture, objects, how far it is."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
from PyQt6.QtGui import QPixmap

from vostool.frames import Image
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings, stored_json
from vostool.words import counted, tr

HEIGHT, WIDEST = 44, 88
"""Pixels of a picture."""
MOST = 10
LARGEST = 20_000
"""Bytes of a stored picture; ours are about 2,000."""


@dataclass(frozen=True)
class RecentFacts:
    """Of one place when it was left.

    Attributes:
        objects: how many.
        confirmed: share of the masks that are confirmed, 0..1; None without masks.
        draft: it was saved under no name.
        picture: a JPEG of the frame that was seen last; empty for none.
    """

    objects: int
    confirmed: float | None
    draft: bool
    picture: bytes = b""

    @property
    def words(self) -> str:
        """ "3 objects, 45 % confirmed, draft"."""
        said = [counted(self.objects, "object")]
        if self.confirmed is not None:
            said.append(tr("{share} % confirmed", share=int(100 * self.confirmed)))
        return ", ".join([*said, tr("draft")] if self.draft else said)

    @property
    def pixmap(self) -> QPixmap:
        """The picture; a null one where there is none."""
        made = QPixmap()
        if self.picture:
            made.loadFromData(self.picture)
        return made


def small_picture(image: Image | None) -> bytes:
    """A frame (H, W, 3) RGB as a small JPEG; empty for None."""
    if image is None:
        return b""
    height, width = image.shape[:2]
    wide = min(max(round(HEIGHT * width / height), 8), WIDEST)
    small = cv2.resize(image, (wide, HEIGHT), interpolation=cv2.INTER_AREA)
    made, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    return data.tobytes() if made else b""


def remember_facts(place: str, facts: RecentFacts) -> None:
    """Keep what is known of a place; those of the oldest places go."""
    known = {name: value for name, value in _stored().items() if name != place}
    known[place] = {
        "objects": facts.objects, "confirmed": facts.confirmed, "draft": facts.draft,
        "picture": base64.b64encode(facts.picture).decode(),
    }  # fmt: skip
    kept = dict(list(known.items())[-MOST:])
    settings().setValue(keys.RECENT_FACTS, json.dumps(kept))


def facts_of(place: str) -> RecentFacts | None:
    """What is known of a place; None where nothing is, or nothing that makes sense."""
    found = _stored().get(place)
    if not isinstance(found, Mapping):
        return None
    objects, share, text = found.get("objects"), found.get("confirmed"), found.get("picture")
    if type(objects) is not int or objects < 0:
        return None
    usable = isinstance(share, int | float) and 0 <= share <= 1
    try:
        picture = base64.b64decode(text) if isinstance(text, str) and len(text) < LARGEST else b""
    except (binascii.Error, ValueError):
        picture = b""
    return RecentFacts(objects, share if usable else None, found.get("draft") is True, picture)


def _stored() -> dict[str, object]:
    found = stored_json(keys.RECENT_FACTS, {})
    return found if isinstance(found, dict) else {}
