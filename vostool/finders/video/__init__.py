"""Models that look through a whole video by themselves."""
