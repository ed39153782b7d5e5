"""Objects that the program finds by itself: everything, by text, by sound, or like a given one."""
