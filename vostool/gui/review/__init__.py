"""The dock of the review queue."""
