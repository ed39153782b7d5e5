"""Many projects exported at once, by a recipe."""
