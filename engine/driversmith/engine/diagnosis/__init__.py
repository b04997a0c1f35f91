"""Cause and repair of failures: `rules.diagnose`, `examine.examine`, `fingerprint.fingerprint`."""
