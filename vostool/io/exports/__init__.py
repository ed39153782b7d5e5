"""Export: a project's labels and pictures as files that other programs read."""
