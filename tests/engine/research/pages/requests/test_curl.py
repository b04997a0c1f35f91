"""curl commands as pages show them."""

import pytest
from driversmith.engine.research.pages.requests.curl import Curl, read_curl


@pytest.mark.parametrize(
    ("command", "method", "url"),
    [
        ("curl https://x.dev/a", "GET", "https://x.dev/a"),
        ("curl -XPOST https://x.dev/a", "POST", "https://x.dev/a"),
        ("curl --request=DELETE --url https://x.dev/a", "DELETE", "https://x.dev/a"),
        ("curl -F'file=@a.png' https://x.dev", "POST", "https://x.dev"),
        ("curl -G https://x.dev/a -d 'b=1' -d c=2", "GET", "https://x.dev/a?b=1&c=2"),
        ("curl -H 'A: b' -o file -s x.dev/a", "GET", "x.dev/a"),
        ('curl -X $METHOD "$BASE/a"', "GET", "/a"),
        ("curl 'https://x.dev/a", "GET", "https://x.dev/a"),
    ],
)
def test_method_and_url(command: str, method: str, url: str) -> None:
    found = read_curl(command)
    assert found is not None
    assert (found.method, found.url) == (method, url)


def test_what_is_sent_and_how() -> None:
    found = read_curl("""curl -u me:secret -H "X-Key: k" --data '{"a": 1}' https://x.dev/a""")
    assert found == Curl("https://x.dev/a", "POST", ('{"a": 1}',), ("Authorization: Basic", "X-Key: k"))


def test_a_command_without_a_url_is_none() -> None:
    assert read_curl("curl --help") is None
