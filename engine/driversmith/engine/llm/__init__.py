"""Asking a language model: the port, its implementations, prices, and the patience that waits faults out."""
