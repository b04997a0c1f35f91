"""The page: one document, its policy, and what the data can do to it."""

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser

import pytest
from driversmith.resources.dashboard.document import Feed, as_json, document, policy

from ...stand_ins.eventful import HOSTILE

FEEDS: tuple[Feed, ...] = ("http", "app", "file")


class Elements(HTMLParser):
    """Elements with their attributes and text, as a browser parses them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.found:
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)

    def handle_endtag(self, tag: str) -> None:
        self.found.append(("", {}, ""))

    def of(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


def test_no_data_can_end_the_script_that_holds_them() -> None:
    data = {HOSTILE: [HOSTILE, "<!--<script>"]}
    scripts = Elements(document("file", data)).of("script")
    assert [attributes.get("type") for attributes, _ in scripts] == ["application/json", None, None]
    held = json.loads(scripts[0][1])
    (name,) = held
    assert name.startswith("</script><script>") and held[name][1] == "<!--<script>"
    assert "\\u202e" in name and "\u202e" not in scripts[0][1] and "\u2028" not in scripts[0][1]
    assert scripts[1:] == Elements(document("file", {})).of("script")[1:]
    assert "<" not in as_json(data) and "&" not in as_json(data)


@pytest.mark.parametrize("feed", FEEDS)
def test_the_policy_allows_the_style_and_scripts_of_the_page_and_nothing_else(feed: Feed) -> None:
    page = Elements(document(feed, {"a": 1} if feed == "file" else None))
    (told,) = [a["content"] for a, _ in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert told == policy(feed)
    directives = dict(part.strip().split(" ", 1) for part in policy(feed).split(";"))
    written = [text for attributes, text in page.of("script") if "type" not in attributes]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in written]
    assert directives["script-src"].split() == hashes
    assert directives["default-src"] == "'none'" and "unsafe" not in policy(feed)
    assert directives["connect-src"] == ("'self'" if feed == "http" else "'none'")
    assert directives["require-trusted-types-for"] == "'script'"


@pytest.mark.parametrize("feed", FEEDS)
def test_the_page_asks_nobody_for_anything(feed: Feed) -> None:
    page = document(feed)
    for tag, attributes, _ in Elements(page).found:
        for name in ("src", "href", "action", "style", "srcset"):
            assert (attributes.get(name) or "").startswith(("data:", "#")) or name not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")]
    style = "".join(text for _, text in Elements(page).of("style"))
    assert "url(" not in style and "@import" not in style
    assert len(page) < 150_000


def test_no_script_of_ours_makes_markup_of_text() -> None:
    ours = "".join(text for _, text in Elements(document("http")).of("script"))
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", ours)


def test_the_library_comes_with_its_licence() -> None:
    from importlib.resources import files

    library = files("driversmith.resources.dashboard").joinpath("page", "uplot")
    assert "MIT License" in library.joinpath("LICENSE").read_text("utf-8")
    assert "uPlot (v1." in library.joinpath("uPlot.iife.min.js").read_text("utf-8")


def test_a_page_that_waits_for_a_token_says_so_to_its_script() -> None:
    (body,) = Elements(document("http", token_wanted=True)).of("body")
    assert body[0] == {"data-feed": "http", "data-token": "wanted"}
    assert html.escape(policy("http"), quote=True) in document("http")
