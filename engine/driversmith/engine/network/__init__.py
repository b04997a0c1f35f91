"""The way out: which addresses may be reached, fetching, credentials, the relay for live reads."""
