"""Sessions on a Workshop whose work takes no time."""

from ....engine.supervision.conftest import asked, journal, opened, sessions, workshop

__all__ = ["asked", "journal", "opened", "sessions", "workshop"]
