"""The window of batches: many videos labelled by themselves, watched, cancelled and reviewed."""
