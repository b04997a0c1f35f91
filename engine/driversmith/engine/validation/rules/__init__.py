"""Rules of static checks: one small function a rule, its line in `table.py`, its test."""
