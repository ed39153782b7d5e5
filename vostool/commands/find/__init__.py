"""`vostool find`: objects that the program finds, as a project and as exports."""
