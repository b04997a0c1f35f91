"""The tools of one driver, for `driversmith serve-driver`: what it reads and calls, as typed as its API is."""
