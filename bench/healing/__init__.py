"""What `bench/healing.py` is made of: APIs that are the truth, right files, faults, a simulated model, and arms."""
