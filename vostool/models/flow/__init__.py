"""The engine without a network: colour, edges and optical flow."""
