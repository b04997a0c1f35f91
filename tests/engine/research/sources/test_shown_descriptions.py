"""What documentation pages are told to load."""

from typing import Any

import pytest
from driversmith.engine.research.sources.shown_descriptions import shown_descriptions

HOME = "https://api.test/docs/"


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ("<script>const ui = SwaggerUIBundle({ url: '/a.json', dom_id: '#ui' })</script>", ["https://api.test/a.json"]),
        ('<div id="swagger-ui"><script>{"layout": "x", "url": "\\/a\\u002ejson"}</script>', ["https://api.test/a.json"]),
        ('<script>SwaggerUIBundle({urls: [{url: "v1.json", name: "1"}, {url: "../v2.json"}]})</script>',
         ["https://api.test/docs/v1.json", "https://api.test/v2.json"]),
        ("<redoc spec-url='openapi.yaml#tag'></redoc>", ["https://api.test/docs/openapi.yaml"]),
        ("<script>Redoc.init('/a.json', {}, el)</script>", ["https://api.test/a.json"]),
        ('<script>Redoc.init({"openapi": "3.1.0"})</script>', []),
        ('<rapi-doc spec-url="https://cdn.test/a.json">', ["https://cdn.test/a.json"]),
        ('<elements-api apiDescriptionUrl="/a.yaml" router="hash" />', ["https://api.test/a.yaml"]),
        ('<script id="api-reference" data-url="/a.json"></script><script src="scalar.js"></script>', ["https://api.test/a.json"]),
        ('<script>swagger-ui; url: "https://petstore.swagger.io/v2/swagger.json"</script>', []),
        ("<script>swagger-ui; url: 'javascript:alert(1)', url: 'http://[bad', base_url: '/b'</script>", []),
        ("<script>swagger-ui; url: '/1', url: '/2', url: '/3', url: '/4'</script>", [f"https://api.test/{n}" for n in (1, 2, 3)]),
        ("<script>config = {url: '/a.json'}</script>", []),
    ],
)  # fmt: skip
def test_a_page_names_what_it_shows(page: Any, html: str, links: list[str]) -> None:
    assert shown_descriptions(page(HOME, 200, {}, html.encode())) == links
