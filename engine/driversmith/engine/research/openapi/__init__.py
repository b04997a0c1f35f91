"""What an OpenAPI or Swagger document says: operations, parameters, schemas, auth, servers."""
