"""One file out of a model's answer, whatever surrounds it: `extraction.extract_file`."""
