"""The bench of descriptions that are wrong: servers that hold the truth, and who reads them."""
