"""What the Go menu does: playing, and moving from frame to frame."""

from __future__ import annotations

from vostool.gui.session.player import Player
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.workbench import Workbench


def go_handlers(bench: Workbench) -> dict[str, Handler]:
    """The player plays; the session has the playhead."""
    when_open = WhenOpen(bench)
    player = when_open.part(lambda workspace: workspace.player)
    session = when_open.part(lambda workspace: workspace.session)
    return {
        "play": player(Player.toggle),
        "play_backward": player(lambda p: p.shuttle(-1)),
        "pause": player(Player.pause),
        "play_forward": player(lambda p: p.shuttle(1)),
        "next": session(lambda s: s.step(1)),
        "previous": session(lambda s: s.step(-1)),
        "next_10": session(lambda s: s.step(10)),
        "previous_10": session(lambda s: s.step(-10)),
        "first": session(lambda s: s.go_to(0)),
        "last": session(lambda s: s.go_to(len(s.source) - 1)),
        "next_prompted": session(lambda s: s.go_to_prompted(True)),
        "previous_prompted": session(lambda s: s.go_to_prompted(False)),
    }
