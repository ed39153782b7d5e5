"""The format writers, one module for each format, and what they share."""
