"""The timeline: rows of states against time, the score curve, ranges, zoom and scrubbing."""

from vostool.gui.timeline.widget import Timeline

__all__ = ["Timeline"]
