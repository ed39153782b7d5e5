"""EdgeTAM, by transformers."""
