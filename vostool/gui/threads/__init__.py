"""Threads that answer the event loop."""
