"""What stands around every request: lists in pages, and registration at first need."""
