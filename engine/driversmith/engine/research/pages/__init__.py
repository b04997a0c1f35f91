"""Documentation for people: pages become an OpenAPI-shaped document, every endpoint quoted from their bytes."""
