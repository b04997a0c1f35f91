"""Where a web page at the root of an API leads."""

from driversmith.engine.research.observed.pages import alternates, fetched, page_links, scripts, title_of

URL = "https://api.test/"


def test_the_json_form_of_a_page_is_named_by_the_page_or_its_header() -> None:
    page = b'<html><link rel="alternate" type="application/json+x" href="/.json">'
    assert alternates(page, {}, URL) == ["https://api.test/.json"]
    assert alternates(b"<html>", {"link": '</.json>; rel="alternate"; type="application/json"'}, URL) == [
        "https://api.test/.json"
    ]


def test_what_a_script_fetches_and_what_stands_in_code_comes_before_anchors() -> None:
    page = (
        b"<html><a href='/about'>About</a><a href=/list>List</a><a href=/api/ports>Ports</a><code>GET /api/crews</code>"
        b"<script>fetch('/api/ships').then(show)</script><a href=//other.test/x>X</a><a href=/x.css>C</a>"
    )
    assert [link.urls[0].removeprefix(URL) for link in page_links(page, URL)] == [
        "api/ships",
        "api/crews",
        "api/ports",
        "list",
    ]


def test_libraries_are_no_scripts_of_the_page() -> None:
    assert scripts(
        b"<script src=/app.js></script><script src=/jquery.min.js></script><script src=//cdn.test/x.js>", URL
    ) == ["https://api.test/app.js"]
    assert fetched("const r = await fetch('/api/ships'); fetch(`/x/${id}`); axios.get('/ports')") == [
        "/api/ships",
        "/ports",
    ]


def test_a_title_is_one_line() -> None:
    assert title_of(b"<html><title>\n Prometheus  Time\nSeries </title>") == "Prometheus Time Series"


def test_a_broken_page_is_read_as_far_as_it_goes() -> None:
    assert page_links(b"<html><a href=/api/ships>s</a><![nonsense[", URL)
