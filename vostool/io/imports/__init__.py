"""Label files that other programs wrote, into the project."""
