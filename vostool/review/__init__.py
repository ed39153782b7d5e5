"""What is likely wrong, and in which order to look at it."""
