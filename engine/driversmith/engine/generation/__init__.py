"""From an ApiProfile to a DriverBundle."""
