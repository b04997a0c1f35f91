"""Running a driver against a server: the mock server and the contract suite."""
