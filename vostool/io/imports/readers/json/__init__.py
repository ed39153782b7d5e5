"""Formats in JSON."""
