"""Training an engine on a person's own labels, and whether that made it better."""
