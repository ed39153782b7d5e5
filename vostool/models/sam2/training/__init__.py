"""SAM 2's training on a person's own labels, through its video memory."""
