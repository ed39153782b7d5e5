"""SAM 3's tracker for clicks, boxes and masks, by transformers."""
