"""Files below a folder that is held open, and names that every platform can hold."""
