"""Text files with one row an object and frame."""
