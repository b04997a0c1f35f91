"""A model, or the calling agent, writes: the requests, the loop that asks until a file is right, and the texts they need."""
