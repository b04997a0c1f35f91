"""What live reads show of a driver and of its API."""
