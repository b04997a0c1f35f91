"""Rules of static checks: one small function a rule, its line in `registry.py`, its test."""
