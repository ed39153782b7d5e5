"""A track run that looks for new objects on the way, with any engine and any finder."""
