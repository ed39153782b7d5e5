"""The main window and the composition root."""
