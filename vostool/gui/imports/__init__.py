"""The dialog that reads label files."""
