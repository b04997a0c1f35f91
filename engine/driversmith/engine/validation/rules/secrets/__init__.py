"""Rules about credentials: where they come from, where they go, and that nothing shows them."""
