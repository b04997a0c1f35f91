"""The dashboard's page: one document that holds all that it needs, and the data or the way to them."""
