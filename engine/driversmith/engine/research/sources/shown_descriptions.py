"""Descriptions that a documentation page shows: what Swagger UI, Redoc and their like are told to load."""

import json
import re
from urllib.parse import urljoin

from ..documents.nodes import is_object, mapping, sequence
from ..openapi.servers import origin
from .page import Page

_VIEWERS = re.compile(rb"swagger-?ui|redoc|rapi-?doc|elements-api|scalar|openapi-explorer", re.IGNORECASE)
_NAMED = re.compile(
    r"""(?:(?<![\w$])["']?(?:url|specUrl|spec_url)["']?\s*:|Redoc\.init\(|"""
    r"""\b(?:spec-url|specurl|apiDescriptionUrl|api-description-url|data-url)\s*=)\s*("(?:[^"\\\n]|\\.){1,2000}"|'(?:[^'\\\n]|\\.){1,2000}')""",
    re.IGNORECASE,
)
"""A member of a viewer's settings, its first argument, or an attribute of its element, with the URL in quotes."""
_SAMPLE = "//petstore.swagger.io:"
"""What Swagger UI shows where nobody told it what to show."""
_MOST = 3
_LONGEST = 512 << 10


_URL_MEMBERS = ("url", "configUrl", "specUrl", "spec-url")
_SETTINGS = re.compile(r"""["']?configUrl["']?\s*:\s*["']([^"'\s]{1,2000})["']""")
_SCRIPT = re.compile(rb"""<script[^>]+src\s*=\s*["']?([^"'\s>]{1,500})""", re.IGNORECASE)
_OF_VIEWER = re.compile(
    r"(swagger-initializer|init|index|config|settings|redoc-?(init|config))[\w.-]*\.js\Z|swagger-?ui-init[\w.-]*\Z",
    re.I,
)


def viewer_scripts(page: Page) -> list[str]:
    """The scripts of a viewer's own that say what it loads (`swagger-initializer.js`), of the page's host; at most two."""
    if not _VIEWERS.search(page.content[:_LONGEST]):
        return []
    sources = [found.decode("utf-8", "replace") for found in _SCRIPT.findall(page.content[:_LONGEST])]
    named = [urljoin(page.url, source) for source in sources if _OF_VIEWER.search(source.partition("?")[0])]
    return [link for link in dict.fromkeys(named) if origin(link) == origin(page.url)][:2]


def configured_descriptions(page: Page) -> list[str]:
    """What a viewer's script or JSON settings (springdoc's `swagger-config`) say is to be loaded; a `configUrl` leads to more."""
    text = page.content[:_LONGEST].decode("utf-8", "replace")
    if text.lstrip()[:1] == "{":
        return _distinct(_in_settings(text), page.url)
    if "<html" in text[:2000].lower() and not _VIEWERS.search(page.content[:_LONGEST]):
        return []
    named = _SETTINGS.findall(text)
    if "<html" not in text[:2000].lower():
        named += [_unquoted(match.group(1)) for match in _NAMED.finditer(text)]
    return _distinct(named, page.url)


def _in_settings(text: str) -> list[str]:
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not is_object(settings) or not any(
        key in settings for key in ("urls", "configUrl", "oauth2RedirectUrl", "validatorUrl")
    ):
        return []
    named = [settings[key] for key in _URL_MEMBERS if isinstance(settings.get(key), str)]
    return named + [
        entry["url"] for entry in sequence(settings.get("urls")) if isinstance(mapping(entry).get("url"), str)
    ]


def _distinct(named: list[str], url: str) -> list[str]:
    found: dict[str, None] = {}
    for target in named:
        try:
            link = urljoin(url, target.strip()).partition("#")[0]
        except ValueError:
            continue
        if origin(link) and link != url and not (_SAMPLE in origin(link) and origin(link) != origin(url)):
            found[link] = None
    return list(found)[:_MOST]


def shown_descriptions(page: Page) -> list[str]:
    """The absolute http(s) URLs of what a page for people shows as an API's description, in order; at most three."""
    content = page.content[:_LONGEST]
    if not _VIEWERS.search(content):
        return []
    found: dict[str, None] = {}
    for match in _NAMED.finditer(content.decode("utf-8", "replace")):
        try:
            link = urljoin(page.url, _unquoted(match.group(1)))
        except ValueError:
            continue
        unset = _SAMPLE in (found_at := origin(link)) and found_at != origin(page.url)
        if found_at and not unset and link.partition("#")[0] != page.url:
            found[link.partition("#")[0]] = None
    return list(found)[:_MOST]


def _unquoted(literal: str) -> str:
    """The text of a literal of JavaScript or HTML; escapes as JSON knows them."""
    text = literal[1:-1]
    try:
        return str(json.loads(f'"{text}"')).strip()
    except ValueError:
        return text.strip()
