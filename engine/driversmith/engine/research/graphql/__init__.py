"""GraphQL: from a schema to operations with a query text of their own."""
