"""Drivers on disk: publishing them whole or not at all, reading records through them, running the contract on them."""
