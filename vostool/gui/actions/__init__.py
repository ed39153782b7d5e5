"""Every action once: id, text, keys; the palette that finds them."""
