"""What a person sees of a profile before anything is written."""

from typing import Any

from driversmith.engine.research.summary import summarise


def test_a_summary_names_objects_credentials_and_limits(study: Any) -> None:
    schema = {"type": "array", "items": {"type": "object"}}
    get = {
        "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
        "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
    }
    document = {
        "info": {"title": "T", "version": "3", "description": "Limited to 10 calls per 2 hours."},
        "servers": [{"url": "https://api.test/v1"}],
        "paths": {"/pets": {"get": get, "trace": get}},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    }
    summary = summarise(study(document))
    assert summary.objects == {"pets": {"read": "GET /pets"}}
    assert summary.pagination == {"pets": "page"}
    assert summary.servers == ["https://api.test/v1"]
    assert summary.auth[0]["credentials"] == ["api_key"]
    assert summary.auth[0]["env"] == ["TEST_API_KEY"]
    assert summary.rate_limit == "10 requests in 2 hours"
    assert (summary.operations, len(summary.skipped)) == (1, 1)
