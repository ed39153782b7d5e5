"""What is heard when, so that it is looked for where it sounds."""
