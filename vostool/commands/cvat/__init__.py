"""`vostool cvat`: jobs of a CVAT server, from the command line."""
