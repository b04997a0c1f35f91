"""Sessions on activities whose work takes no time."""

from ....engine.conftest import activities, asked, journal, opened, sessions

__all__ = ["asked", "journal", "opened", "sessions", "activities"]
