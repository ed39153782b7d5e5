"""How runs look for new objects, as a person chose it last; kept between two starts."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from vostool.errors import VosToolError
from vostool.finders.finder import Question, Way
from vostool.finders.identity import NewRules
from vostool.finders.phrases import parse_phrases
from vostool.gui.session.discovering import DiscoveryWish
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings, stored_json
from vostool.models.engine import Direction
from vostool.runs.discovery.values import Again, DiscoveryRules
from vostool.words import tr

USUAL = DiscoveryRules()


class LookFor(enum.Enum):
    """What new objects are, and who looks."""

    EVERYTHING = "everything"
    TEXT = "text"
    WHOLE = "whole"
    """SAM 3 looks for what the text names on every frame, and tracks it by itself."""


@dataclass(frozen=True, slots=True)
class LookOptions:
    """SAM-Track's numbers under plain names.

    Attributes:
        on: track runs look for new objects.
        text: what is named, as it was typed.
        outside: per cent of a new thing that lie outside all known ones.
    """

    on: bool = False
    look_for: LookFor = LookFor.EVERYTHING
    text: str = ""
    every: int = USUAL.every
    most: int = USUAL.new.max_objects
    area: int = USUAL.new.min_area
    outside: int = round(100 * USUAL.new.outside)
    again: Again = USUAL.again
    backward: bool = False

    @property
    def in_words(self) -> str:
        """For a button: what runs look for, and how often."""
        if not self.on:
            return tr("New objects: off")
        text = " ".join(self.text.split())
        wanted = "" if self.look_for is LookFor.EVERYTHING else f" {text[:14].strip()}"
        wanted += "…" if wanted and len(text) > 14 else ""
        often = (
            tr("by SAM 3")
            if self.look_for is LookFor.WHOLE
            else tr("every {every}", every=self.every)
        )
        return tr("New{wanted}: {often}", wanted=wanted or tr(" objects"), often=often)

    def wish(
        self,
        direction: Direction,
        span: tuple[int, int] | None = None,
        *,
        tracks: bool = True,
        finder: str | None = None,
    ) -> DiscoveryWish:
        """A run that looks so.

        Args:
            finder: the model that looks; None takes the best.

        Raises:
            UsageError: text is to be looked for and none is typed.
        """
        by_text = self.look_for is not LookFor.EVERYTHING
        whole = self.look_for is LookFor.WHOLE
        phrases = parse_phrases(self.text) if by_text else ()
        # Without tracking everything is "lost" between two looks: a question each is no choice.
        again = self.again if tracks or whole else Again.JOIN
        new = NewRules(self.most, self.area, self.outside / 100)
        return DiscoveryWish(
            Question(Way.TEXT if by_text else Way.EVERYTHING, phrases=phrases),
            Direction.FORWARD if whole or not tracks else direction,
            DiscoveryRules(self.every, new, again, backward=self.backward),
            tracks=tracks or whole,
            span=span,
            whole=whole,
            finder=None if whole else finder,
        )


def remembered() -> LookOptions:
    """What was chosen last, as far as it makes sense."""
    stored = stored_json(keys.LOOK_OPTIONS, {})
    given = stored if isinstance(stored, Mapping) else {}
    usual = LookOptions()

    def whole(name: str, default: int) -> int:
        value = given.get(name)
        return value if type(value) is int else default

    try:
        made = LookOptions(
            given.get("on") is True,
            LookFor(given.get("look_for", usual.look_for)),
            str(given.get("text", usual.text)),
            whole("every", usual.every),
            whole("most", usual.most),
            whole("area", usual.area),
            whole("outside", usual.outside),
            Again(given.get("again", usual.again)),
            given.get("backward") is True,
        )
        NewRules(made.most, made.area, made.outside / 100)
        DiscoveryRules(made.every)
    except (ValueError, VosToolError):
        return usual
    return made


def remember(options: LookOptions) -> None:
    """Keep what was chosen."""
    stored = {name: _plain(value) for name, value in asdict(options).items()}
    settings().setValue(keys.LOOK_OPTIONS, json.dumps(stored))


def _plain(value: object) -> object:
    return value.value if isinstance(value, enum.Enum) else value
