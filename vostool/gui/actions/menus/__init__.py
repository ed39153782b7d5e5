"""The actions of each menu."""
