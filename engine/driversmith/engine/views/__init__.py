"""How what the engine knows is shown: in pages that no host cuts."""
