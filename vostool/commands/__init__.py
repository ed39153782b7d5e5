"""The command line's commands, one module each; what is heavy is imported inside them."""
