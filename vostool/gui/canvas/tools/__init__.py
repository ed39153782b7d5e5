"""The canvas tools that draw: strokes, outlines, the wand, moving masks, and what they preview."""
