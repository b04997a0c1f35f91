"""Who runs a session: the Dispatcher port, and one file an implementation."""
