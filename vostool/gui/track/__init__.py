"""The bars that start and show track runs."""
