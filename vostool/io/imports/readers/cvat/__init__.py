"""CVAT XML, for images and for video."""
