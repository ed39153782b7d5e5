"""One mask: run lengths, crop, drawing, shape, blending, and the colours it is shown in."""
