"""`catalogue`: which public APIs are known, and making the list anew."""

import json
from pathlib import Path

from ..conftest import Command


def test_an_api_is_found_by_name_and_by_host_without_a_network(command: Command) -> None:
    by_name = command("catalogue", "find", "stripe")
    assert by_name.code == 0
    assert "Stripe API at https://api.stripe.com" in by_name.out
    (by_host,) = command("catalogue", "find", "https://api.stripe.com/v1", "--json").json
    assert by_host["api_url"] == "https://api.stripe.com"
    assert by_host["descriptions"][0]["source"]
    assert by_host["descriptions"][0]["date"]


def test_an_unknown_name_is_told(command: Command) -> None:
    ran = command("catalogue", "find", "Harbour of Nowhere")
    assert (ran.code, ran.out) == (1, "")
    assert "knows no API" in ran.err


def test_a_list_that_was_read_anew_is_used_from_then_on(command: Command, here: Path) -> None:
    api = {"name": "Harbour of Nowhere", "baseURL": "https://harbour.test/v1"}
    api |= {"properties": [{"type": "OpenAPI", "url": "https://harbour.test/openapi.json"}]}
    (here / "list.json").write_text(json.dumps({"apis": [api]}))
    ran = command("catalogue", "refresh", str(here / "list.json"))
    assert ran.code == 0
    assert "1 APIs" in ran.err
    assert "https://harbour.test/v1" in command("catalogue", "find", "harbour of nowhere").out
    assert command("catalogue", "find", "stripe").code == 1


def test_what_is_no_list_is_refused(command: Command, here: Path) -> None:
    (here / "list.json").write_text("{}")
    ran = command("catalogue", "refresh", str(here / "list.json"))
    assert ran.code == 2
    assert "no list of APIs" in ran.err


def test_generate_without_a_url_lists_what_a_name_may_mean(command: Command) -> None:
    ran = command("generate", "NYTimes")
    assert ran.code == 2
    assert "Books API at https://api.nytimes.com/svc/books/v3" in ran.err
