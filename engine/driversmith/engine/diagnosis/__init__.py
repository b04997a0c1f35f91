"""From a failure to a Diagnosis."""
