"""What is known of a video: objects, labels, prompts, masks, and every change to them."""
