"""From a failed attempt to the next one: what failed, why, and what is done otherwise."""
