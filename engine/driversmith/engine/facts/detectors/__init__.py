"""Rules that read an API's answers: pure functions, one file a family. To add one, write it and name it in `registry`."""
