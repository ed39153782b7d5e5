"""MobileSAM for clicks, carried on by optical flow."""
