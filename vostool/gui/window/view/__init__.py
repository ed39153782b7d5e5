"""What belongs to looking at the canvas: the view panel, the preview under the mouse, close-ups."""
