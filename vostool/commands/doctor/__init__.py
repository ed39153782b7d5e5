"""`vostool doctor`: what is installed and what lacks."""
