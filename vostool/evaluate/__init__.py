"""How good masks are: measures and clips with exact ground truth."""
