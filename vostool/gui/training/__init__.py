"""The window that trains an engine on a person's own labels, and compares before and after."""
