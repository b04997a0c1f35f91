"""The real API of a session: how often it may be asked, and what is read and tried through drivers."""
