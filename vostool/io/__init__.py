"""Files in and out: exact frames, the project file, annotation formats. No Qt, no torch."""
