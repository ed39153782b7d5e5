"""Results to look at and to cut with: overlay videos, cut-outs and animations."""
