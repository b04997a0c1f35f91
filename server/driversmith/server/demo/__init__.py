"""The demo: an API of our own, a play for a model, and what a person sees of them."""
