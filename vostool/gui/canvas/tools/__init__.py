"""The canvas tools: one file each, with what they share and what they draw over the picture."""
