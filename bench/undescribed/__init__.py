"""Small APIs that nobody describes: by their URL alone everything has to be read."""
