"""The Journal on SQLite: `opening.open_journal`."""
