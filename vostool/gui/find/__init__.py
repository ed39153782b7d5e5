"""The panel in which a person asks the program to find objects."""
