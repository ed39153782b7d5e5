"""A confirmed frame is seen as confirmed."""

from __future__ import annotations


def test_the_badge_follows_frame_and_confirmation(opened) -> None:
    badge = opened.canvas.confirmed
    opened.mark(1, oid=1)
    opened.session.select(None)
    opened.mark(2, oid=2)
    opened.run("]")
    assert not badge.isVisible()
    opened.session.toggle_confirmed()
    opened.until(badge.isVisible)
    assert badge.text() == "✓ confirmed"
    opened.go_to(5)
    opened.until(lambda: not badge.isVisible())
    opened.go_to(0)
    opened.until(badge.isVisible)
    opened.session.toggle_confirmed()
    opened.until(lambda: not badge.isVisible())


def test_one_of_two_is_said(opened) -> None:
    opened.mark(1, oid=1)
    opened.session.toggle_confirmed()
    opened.session.select(None)
    opened.mark(2, oid=2)
    opened.until(lambda: opened.canvas.confirmed.text() == "✓ 1 of 2")
    assert opened.canvas.confirmed.isVisible()
