"""Finders that are asked by text, and those that take a labelled object as the question."""
