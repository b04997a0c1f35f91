"""Where descriptions are found. To add a source: one file here, and one line where study asks for them."""
