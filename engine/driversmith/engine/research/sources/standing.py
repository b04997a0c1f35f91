"""How well an API is known, so that a source can tell whether it adds anything."""

from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

from ...models.profile import ANSWERS, PAGES
from ..documents.nodes import Node
from ..documents.parse import Description


def is_weak(known: Description) -> bool:
    """Whether the API showed single records alone, or pages name URLs and nothing that is done with them, so that what is
    found elsewhere says more."""
    if known.found_by == "observed":
        return not known.observations
    return bool(known.evidence) and all(evidence.known_by == "guessed" for evidence in known.evidence.values())


def is_document(known: Description) -> bool:
    """Whether a document for machines describes the API, rather than pages or its answers."""
    return not known.format.startswith((ANSWERS, PAGES))


def listed(urls: Iterable[str]) -> Description:
    """A description of which nothing is known but what can be read at these URLs of one origin."""
    paths: Node = {urlsplit(url).path or "/": {"get": {}} for url in urls}
    parts = urlsplit(next(iter(urls), ""))
    root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    return Description(root, ANSWERS, {"openapi": "3.1.0", "paths": paths}, "", 0, base_url=root)
