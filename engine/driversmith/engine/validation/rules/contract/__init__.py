"""Rules about DriverContract version 1: the files, the driver class, its methods, its exceptions."""
