"""Pages as text: their encoding, and their blocks."""
