"""VOSTool: label objects in video with SAM 2."""

__version__ = "0.1.0"
