"""Training MobileSAM's mask decoder on a person's own labels."""
