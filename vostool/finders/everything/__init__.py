"""Everything on a frame, and what is like an example, by an engine's own network."""
