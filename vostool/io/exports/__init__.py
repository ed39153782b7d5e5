"""Labels and pictures out of the project."""
