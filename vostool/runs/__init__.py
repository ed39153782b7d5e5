"""From the project to the engine's track requests, and from its answers back."""
