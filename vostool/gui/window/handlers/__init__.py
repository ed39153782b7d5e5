"""What each action does, one file a menu."""
