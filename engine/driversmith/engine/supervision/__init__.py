"""Sessions: attempts, publishing, waiting, cancelling."""
