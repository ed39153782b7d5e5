"""The project file: written as one works, read with every value checked."""
