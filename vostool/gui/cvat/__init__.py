"""The dialogs for jobs on a CVAT server."""
