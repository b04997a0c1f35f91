"""A driver's files as rules look at them."""
