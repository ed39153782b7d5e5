"""How a video comes into the window: start page, recent places, drops, and opening itself."""
