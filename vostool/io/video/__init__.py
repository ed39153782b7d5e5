"""Exact frames of videos and folders of pictures."""
