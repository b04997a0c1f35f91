"""The catalogue of public APIs: name and host -> where a description is, with its source and date. It ships with the package."""
