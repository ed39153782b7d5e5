"""Videos labelled by themselves: a list of jobs, run here or on many machines. No Qt."""
