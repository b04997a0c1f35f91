"""Descriptions that a documentation page shows: what Swagger UI, Redoc and their like are told to load."""

import json
import re
from urllib.parse import urljoin

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
