"""The dialog of everything that can be set, and its page of keys."""
