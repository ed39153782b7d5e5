"""A listener that the test holds, a film with sound, and what both tests of sound do with them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sounding_film

from tests.gui.conftest import Hand
from tests.gui.find.test_find import open_panel, press
from vostool.evaluate.generated_clip import GeneratedClip
from vostool.finders.finder import FinderInfo, Way
from vostool.finders.listener import HeardWindow, Hearing
from vostool.finders.registry import LISTENERS
from vostool.finders.spec import ListenerSpec
from vostool.gui.find.sound import SoundPart
from vostool.gui.session.listening import Listening

LABELS = ("Dog", "Speech", "Male speech, man speaking", "Motor vehicle (road)")
WINDOWS = tuple(
    HeardWindow(start, start + 2.0, scores)
    for start, scores in (
        (0.0, (0.02, 0.3, 0.0, 0.0)),
        (2.0, (0.9, 0.04, 0.0, 0.0)),
        (4.0, (0.6, 0.0, 0.0, 0.0)),
        (6.0, (0.0, 0.5, 0.0, 0.1)),
        (10.0, (0.4, 0.0, 0.0, 0.0)),
    )
)
"""Of a film of 12 s, two frames a second: a dog from 2 to 6 s and from 10 to 12 s."""


class ScriptedListener:
    """Hears :data:`WINDOWS`, one for each permit where the test holds it."""

    labels = LABELS

    def __init__(self) -> None:
        self.permits: threading.Semaphore | None = None
        self.begun = self.closed = 0
        self.device: str | None = ""

    @property
    def info(self) -> FinderInfo:
        return FinderInfo("ears", "Ears", (Way.SOUND,))

    def on(self, device: str | None, _folder: Path | None) -> ScriptedListener:
        self.device = device
        return self

    def listen(self, video: Path) -> Iterator[Hearing]:
        self.begun += 1
        for many in range(1, len(WINDOWS) + 1):
            assert self.permits is None or self.permits.acquire(timeout=10)
            yield Hearing(WINDOWS[many - 1].end, 12.0, WINDOWS[:many])

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedListener]:
    """The best of what listens."""
    made = ScriptedListener()
    spec = ListenerSpec(name="ears", title="Ears", ways=(Way.SOUND,), load=made.on, rank=1000)
    monkeypatch.setitem(LISTENERS._own, "ears", spec)
    LISTENERS.forget()
    yield made
    LISTENERS.forget()
    if made.permits is not None:
        made.permits.release(1000)


@pytest.fixture(scope="session")
def film(clip: GeneratedClip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip's 24 frames in 12 s, with sound."""
    return sounding_film.write(tmp_path_factory.mktemp("film") / "film.mp4", clip.frames)


@pytest.fixture
def heard(hand: Hand, engine: object, film: Path) -> Hand:
    """The film with sound is open."""
    hand.open(film)
    return hand


def listening_of(hand: Hand) -> Listening:
    return hand.bench.workspace.listening


def sound_part(hand: Hand) -> SoundPart:
    panel = open_panel(hand)
    press(panel.ways[Way.SOUND])
    return panel.sound


def listen(hand: Hand) -> SoundPart:
    """Find by sound, to its end."""
    part = sound_part(hand)
    press(part.going.find_button)
    hand.until(lambda: not listening_of(hand).busy)
    return part


def row_labels(hand: Hand) -> list[str]:
    return [row.sounding.label for row in hand.window.sound_rows.rows]


def stretches(hand: Hand, place: int) -> list[range]:
    sounding = hand.window.sound_rows.rows[place].sounding
    return [each.frames for each in sounding.stretches]
