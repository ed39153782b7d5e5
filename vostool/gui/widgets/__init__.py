"""Widgets and looks that know nothing of a video."""
