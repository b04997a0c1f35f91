"""Facts of an API: the closed list of those that can be corrected, how a correction is applied, and what answers show."""
