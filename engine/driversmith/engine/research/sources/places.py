"""Where frameworks put the description of an API, each with the framework whose documentation says so."""

WELL_KNOWN = (
    "/openapi.json",  # FastAPI, Litestar, LoopBack 4, Connexion, hapi-swagger, huma
    "/openapi.yaml",  # files that are served as they are; Quarkus and MicroProfile with a suffix
    "/swagger.json",  # Flask-RESTX, drf-yasg, tsoa, go-swagger
    "/spec.json",  # flask-swagger, Flasgger as httpbin has it
    "/api-docs",  # Rails rswag, Springfox
    "/v2/api-docs",  # Springfox
    "/v3/api-docs",  # springdoc-openapi
)
"""Tried below the path of the API, and at its origin."""
CATALOG = "/.well-known/api-catalog"
"""RFC 9727: a set of links to the descriptions of all APIs of a host."""
SHOWN = (
    "/swagger-ui/index.html",  # springdoc-openapi
    "/swagger/index.html",  # Swashbuckle, swaggo
    "/api/docs",  # API Platform, Django Ninja
    "/api-docs/",  # swagger-ui-express
    "/redoc",  # FastAPI
    "/documentation",  # @fastify/swagger-ui, hapi-swagger
    "/docs",  # FastAPI
)
"""Pages that show a description."""
AT_ORIGIN = (
    CATALOG,
    "/api/openapi.json",  # Django Ninja, open_api_spex
    "/api/schema/",  # drf-spectacular
    "/schema/openapi.json",  # Litestar
    "/swagger/v1/swagger.json",  # Swashbuckle (ASP.NET Core)
    "/openapi/v1.json",  # Microsoft.AspNetCore.OpenApi (.NET 9)
    "/swagger/docs/v1",  # Swashbuckle 5 (ASP.NET)
    "/q/openapi?format=json",  # Quarkus
    "/openapi?format=json",  # MicroProfile OpenAPI (Open Liberty, Helidon)
    "/apispec_1.json",  # Flasgger
    "/api-spec.json",  # flask-smorest
    "/api/swagger.json",  # Flask-RESTX below /api
    "/api-json",  # NestJS, SwaggerModule.setup("api")
    "/docs-json",  # NestJS, SwaggerModule.setup("docs")
    "/documentation/json",  # @fastify/swagger-ui
    "/swagger/doc.json",  # swaggo (Gin, Echo)
    "/swagger/json",  # Elysia
    "/docs.jsonopenapi",  # API Platform
    "/api/docs.jsonopenapi",  # API Platform below /api
    "/docs/api-docs.json",  # L5-Swagger (Laravel)
    "/docs/api.json",  # Scramble (Laravel)
    "/api-docs/v1/swagger.yaml",  # rswag
    "/swagger_doc",  # grape-swagger
    "/doc",  # Hono, @hono/zod-openapi
    "/explorer/openapi.json",  # LoopBack 4
    "/server/specs/oas",  # Directus
    "/openapi/v2",  # Kubernetes
    "/schema/?format=json",  # drf-spectacular at the root
    *SHOWN,
)
"""Tried at the origin only, the pages last."""
