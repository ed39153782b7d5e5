"""The thread that owns the engine, and the requests it answers."""
