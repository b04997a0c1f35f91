"""How what the engine knows is shown: as people look at it, and in pages that no host cuts."""
