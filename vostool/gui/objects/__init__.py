"""The dock of objects, labels and attributes."""
