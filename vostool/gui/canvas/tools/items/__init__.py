"""What the tools draw over the picture: strokes, outlines, handles, masks that are dragged."""
