"""What engines share: legs of a run, prompt steps, devices, features, errors."""
