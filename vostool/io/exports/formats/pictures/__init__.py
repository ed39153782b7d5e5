"""Masks as picture files."""
