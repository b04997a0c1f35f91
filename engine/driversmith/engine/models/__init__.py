"""Frozen values that flow through the engine; import them from their own modules."""
