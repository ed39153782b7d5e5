"""The batch export dialog: many projects in many formats, looked at, previewed, run, reported."""
