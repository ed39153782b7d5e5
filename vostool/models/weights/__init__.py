"""Which weights exist, where they lie, and fetching them."""
