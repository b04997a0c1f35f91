"""Pages become documents: endpoints, parameters, samples, by rules alone."""

from typing import Any

import pytest
from driversmith.engine.research.pages.document import Documented
from driversmith.engine.research.pages.reading import SavedPage, read_pages


def read(html: str, url: str = "https://docs.skies.test/api", **others: str) -> Documented:
    """One page, or several: the keywords are further pages, by the last segment of their URL."""
    pages = [SavedPage(html.encode(), url)]
    pages += [SavedPage(text.encode(), f"{url}/{name}") for name, text in others.items()]
    return read_pages(pages)


def signatures(found: Documented) -> list[str]:
    return sorted(f"{endpoint.method} {endpoint.target.path}" for endpoint in found.endpoints)


def operation(found: Documented, path: str, method: str = "get") -> dict[str, Any]:
    return found.document["paths"][path][method]


@pytest.mark.parametrize(
    "html",
    [
        "<h2>GET /v1/ships/{id}</h2>",
        "<p>Call <code>GET /v1/ships/:id</code> for one ship.</p>",
        "<div><span class='verb'>GET</span><code>/v1/ships/&lt;id&gt;</code></div>",
        "<div>GET</div><div>https://api.skies.test/v1/ships/{{id}}</div>",
        "<table><tr><th>Method</th><th>Endpoint</th></tr><tr><td>GET</td><td>/v1/ships/[id]</td></tr></table>",
        "<table><tr><th>Method</th><th>Path</th></tr><tr><td>GET</td><td>v1/ships/{id}</td></tr></table>",
        "<p>URL: /v1/ships/{id}<br>Method: GET</p>",
        "<pre>curl -s -H 'Accept: x' \\\n  'https://api.skies.test/v1/ships/42'</pre>",
        "<pre>fetch(`https://api.skies.test/v1/ships/${id}`).then(r =&gt; r.json())</pre>",
        '<pre>import requests\nrequests.get("https://api.skies.test/v1/ships/" + id)</pre>',
        "<pre>GET /v1/ships/42 HTTP/1.1\nHost: api.skies.test</pre>",
        "<pre>http GET api.skies.test/v1/ships/42</pre>",
        "<nav><p>GETs are free.</p></nav><footer><form><p>GET /v1/ships/{id}</p></form></footer>",
    ],
)
def test_one_endpoint_in_many_spellings(html: str) -> None:
    found = read(f"<body><h1>Ships</h1>{html}</body>")
    assert [(e.method, e.target.shape, e.guessed) for e in found.endpoints] == [("GET", ("v1", "ships", "{}"), False)]


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<table><tr><td><a>GET api/Ships/{id}</a></td><td>x</td></tr></table>", ["GET /api/Ships/{id}"]),
        (
            '<button><span>POST</span><span data-path="/ships"><a><span>/ships</span></a></span></button>',
            ["POST /ships"],
        ),
        ('<pre data-type="put"><code>/ships/:id</code></pre>', ["PUT /ships/{id}"]),
        ("<h2>Ships [/ships]</h2><h3>Make [POST]</h3>", ["POST /ships"]),
        ("<p>Endpoints:<br>GET /a<br>/b - lists b</p>", ["GET /a", "GET /b"]),
        ("<p>To list them use the endpoint <b>/ships</b>.</p>", ["GET /ships"]),
        ("<pre>axios({method: 'post', url: 'https://api.skies.dev/ships', data: {}})</pre>", ["POST /ships"]),
        ("<pre>$ch = curl_init('https://api.skies.dev/a'); curl_setopt($ch, CURLOPT_POST, 1);</pre>", ["POST /a"]),
        ('<pre>const API = "https://api.skies.dev/v1";\nfetch(API + "/ships")</pre>', ["GET /v1/ships"]),
        (
            '<pre>url = "https://api.skies.dev/v1"\nrequests.delete(f"{url}/ships/{id}")</pre>',
            ["DELETE /v1/ships/{id}"],
        ),
    ],
)
def test_the_ways_of_usual_tools(html: str, told: list[str]) -> None:
    assert signatures(read(html, url="https://skies.dev/docs")) == told


def test_a_url_alone_is_a_get_that_is_guessed() -> None:
    found = read("<p>The list: <code>https://api.skies.test/v1/ships</code></p>")
    assert [(e.signature, e.guessed) for e in found.endpoints] == [("GET https://api.skies.test/v1/ships", True)]


def test_samples_and_their_template_are_one() -> None:
    found = read("<h2>GET /users/{id}</h2><pre>curl https://api.skies.test/users/123</pre><p>GET /users/me</p>")
    assert signatures(found) == ["GET /users/me", "GET /users/{id}"]
    assert operation(found, "/users/{id}")["parameters"][0]["example"] == 123


def test_what_a_list_shows_beside_a_template_stays_apart() -> None:
    found = read("<ul><li>/cat/:tag</li><li>/cat/gif</li></ul><pre>curl https://api.skies.test/cat/cute</pre>")
    assert signatures(found) == ["GET /cat/gif", "GET /cat/{tag}"]


def test_requests_of_one_path_are_told_apart_by_what_they_choose() -> None:
    html = """<p>API: https://skies.dev/api.php</p><pre>https://skies.dev/api.php?action=list&amp;page=2
https://skies.dev/api.php?action=delete&amp;id=5</pre>"""
    found = read(html)
    assert sorted(found.document["paths"]) == ["/api.php?action=delete", "/api.php?action=list"]
    assert [node["name"] for node in operation(found, "/api.php?action=list")["parameters"]] == ["page"]


def test_a_part_that_may_be_left_out_makes_two() -> None:
    found = read("<p><code>https://api.skies.test/hit/:namespace?/:key</code></p>")
    assert signatures(found) == ["GET /hit/{key}", "GET /hit/{namespace}/{key}"]


def test_neighbouring_inline_elements_are_two_words_but_one_path() -> None:
    found = read("<p><b>POST</b><i>/orders</i><b>Makes an order</b></p><p><b>GET</b> <i>/orders</i><i>/{id}</i></p>")
    assert signatures(found) == ["GET /orders/{id}", "POST /orders"]


def test_what_the_api_calls_is_none_of_its_endpoints() -> None:
    html = """<h2>Orders</h2><p>GET /orders</p>
    <h2>Webhooks</h2><p>We will send a request to your endpoint: POST https://example.com/hook, or POST /notify.</p>"""
    assert signatures(read(html)) == ["GET /orders"]


def test_answers_sites_and_files_are_no_endpoints() -> None:
    html = """<a href="/pricing">Pricing</a><p>Run <code>npm install ships</code>, see https://github.com/us/ships and
    https://skies.test/docs/start. Logs are in <code>/var/log/ships</code>.</p><h2>GET /ships</h2>
    <pre>{"next": "https://api.skies.test/ships?page=2", "avatar": "https://api.skies.test/img/1.png"}</pre>"""
    assert signatures(read(html)) == ["GET /ships"]


@pytest.mark.parametrize("host", ["https://api.example.com", "http://localhost:8000", "https://{your-host}"])
def test_where_a_page_names_no_real_host_its_own_is_meant(host: str) -> None:
    found = read(f"<pre>curl {host}/v1/ships</pre>", url="http://127.0.0.1:5000/docs")
    assert found.document["servers"] == [{"url": "http://127.0.0.1:5000"}]
    assert signatures(found) == ["GET /v1/ships"]


def test_bare_paths_stand_below_the_base_that_the_page_tells() -> None:
    found = read("<p>Base URL: https://api.skies.test/v2</p><p><code>GET /ships</code></p><p>GET /v2/ports</p>")
    assert found.document["servers"] == [{"url": "https://api.skies.test/v2"}]
    assert sorted(found.document["paths"]) == ["/ports", "/ships"]


TABLE = """<h2>Forecast</h2><p>Hour by hour.</p><pre>GET https://api.skies.test/forecast?latitude=52.5</pre><h3>Parameters</h3>
<table><tr><th>Parameter</th><th>Type</th><th>Required</th><th>Default</th><th>Description</th></tr>
<tr><td>latitude</td><td>Float</td><td>Yes</td><td></td><td>Degrees</td></tr>
<tr><td>days</td><td>Integer</td><td>No</td><td>7</td><td>How many days</td></tr></table>
<h3>Response</h3><pre>HTTP/1.1 200 OK

{"days": [{"date": "2026-01-01", "high": 3.5, "low": null}, ...]}</pre>
<h3>Errors</h3><pre>{"error": "no"}</pre>"""


def test_a_table_of_parameters_tells_types_and_what_is_required() -> None:
    parameters = {node["name"]: node for node in operation(read(TABLE), "/forecast")["parameters"]}
    latitude, days = parameters["latitude"], parameters["days"]
    assert (latitude["in"], latitude["schema"], latitude["required"], latitude["example"]) == (
        "query",
        {"type": "number"},
        True,
        52.5,
    )
    assert (days["schema"], days.get("required")) == ({"type": "integer", "default": 7}, False)


def test_a_sample_answer_tells_fields_and_an_error_does_not() -> None:
    schema = operation(read(TABLE), "/forecast")["responses"]["200"]["content"]["application/json"]["schema"]
    day = schema["properties"]["days"]["items"]["properties"]
    assert (list(schema["properties"]), day["high"]) == (["days"], {"type": "number"})


def test_a_list_of_parameters_is_read_like_a_table() -> None:
    html = """<h2>GET /ships</h2><h3>Query parameters</h3><ul>
    <li><code>name</code> (string, required) - of the ship</li><li><code>limit</code> (integer, default: 20): at most</li></ul>
    <h2>GET /ports</h2>"""
    found = read(html)
    name, limit = operation(found, "/ships")["parameters"]
    assert (name["name"], name["required"], limit["schema"]) == ("name", True, {"type": "integer", "default": 20})
    assert "parameters" not in operation(found, "/ports")


def test_a_section_begins_with_what_it_is_about_not_with_its_parts() -> None:
    html = """<h1>Ships</h1><h2>List ships</h2><pre>curl https://api.skies.dev/ships</pre><p>Answers:</p>
    <pre>[{"id": 1, "name": "Ada"}]</pre><h3>HTTP Request</h3><p><code>GET https://api.skies.dev/ships</code></p>
    <h3>Query Parameters</h3><div><label>limit</label><span>integer</span></div>
    <h2>One ship</h2><h3>HTTP Request</h3><p><code>GET https://api.skies.dev/ships/&lt;ID&gt;</code></p>"""
    found = operation(read(html), "/ships")
    assert (found["summary"], found["parameters"][0]["name"]) == ("List ships", "limit")
    items = found["responses"]["200"]["content"]["application/json"]["schema"]["items"]
    assert list(items["properties"]) == ["id", "name"]


def test_what_is_sent_is_told_by_samples() -> None:
    html = (
        """<h2>POST /ships</h2><pre>curl -X POST https://api.skies.test/ships -d '{"name": "Ada", "crew": 3}'</pre>"""
    )
    body = operation(read(html), "/ships", "post")["requestBody"]["content"]["application/json"]["schema"]
    assert sorted(body["properties"]) == ["crew", "name"]


def test_samples_show_how_requests_are_authenticated() -> None:
    found = read('<pre>curl -H "X-API-Key: abc" https://api.skies.test/ships</pre>')
    assert found.document["components"]["securitySchemes"] == {
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    }


def test_pages_of_one_documentation_share_their_base() -> None:
    found = read("<p>Base URL: https://api.skies.test/v2</p>", ships="<h2>GET /ships</h2>")
    assert found.document["servers"] == [{"url": "https://api.skies.test/v2"}]
    assert found.quotes["#/paths/~1ships/get"].page == "https://docs.skies.test/api/ships"


@pytest.mark.parametrize(
    "script",
    [
        '<script>const __redoc_state = {"spec": {"data": SPEC}};</script>',
        '<script id="__NEXT_DATA__" type="application/json">{"props": {"spec": SPEC}}</script>',
        "<pre><code>SPEC</code></pre>",
    ],
)
def test_a_description_within_a_page_is_taken_as_it_is(script: str) -> None:
    spec = (
        '{"openapi": "3.0.0", "info": {"title": "T", "version": "1"}, "paths": {"/ships": {"get": {"responses": {}}}}}'
    )
    found = read(f"<p>GET /other</p>{script.replace('SPEC', spec)}")
    assert list(found.document["paths"]) == ["/ships"]


def test_data_of_a_page_tells_methods_and_paths() -> None:
    html = '<script type="application/json">{"api": [{"method": "get", "path": "/ships/{id}"}]}</script><p>Ships</p>'
    assert signatures(read(html)) == ["GET /ships/{id}"]


def test_a_page_is_read_in_the_encoding_that_it_declares() -> None:
    html = '<meta charset="windows-1251"><h2>Погода</h2><p>GET /погода/{город}</p>'
    found = read_pages([SavedPage(html.encode("cp1251"), "https://skies.test/docs")])
    assert [endpoint.target.path for endpoint in found.endpoints] == ["/погода/{город}"]


def test_pages_without_endpoints_tell_nothing() -> None:
    assert read("<p>We sell ships and/or boats, 24/7. Get in touch.</p>").document["paths"] == {}


def test_one_path_at_several_hosts_keeps_them_all() -> None:
    found = read(
        "<pre>curl https://api.skies.dev/ip</pre><pre>curl https://api6.skies.dev/ip</pre>", "https://skies.dev/docs"
    )
    urls = [server["url"] for server in found.document["paths"]["/ip"]["servers"]]
    assert sorted(urls) == ["https://api.skies.dev", "https://api6.skies.dev"]
    assert urls[0] == found.document["servers"][0]["url"]


def test_a_sample_answer_may_stand_in_a_row_or_in_a_line() -> None:
    row = "<h2>GET /ships</h2><table><tr><td>Response</td><td>{&quot;id&quot;: 1}</td></tr></table>"
    line = "<h2>GET /ships</h2><div class='box'><div>{&quot;id&quot;: 1}</div></div>"
    for html in (row, line):
        content = operation(read(html), "/ships")["responses"]["200"]["content"]
        assert list(content["application/json"]["schema"]["properties"]) == ["id"]
