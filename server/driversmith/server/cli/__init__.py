"""The command line: one file a family of commands; typer and rich are imported here only."""
