"""Rules about the Python code itself: what it names exists, what it begins is finished, nothing in it is unsafe."""
