"""The driver contract, version 1: names, signatures, files."""
