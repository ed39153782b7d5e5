"""SAM 2: the official network in bounded memory."""
