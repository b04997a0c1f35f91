"""The page as one document: style, library and script stand in it, and nothing is fetched from elsewhere.

Its policy allows just these, by their hashes, and no text to become markup, whatever the data hold.
"""

import base64
import hashlib
import html
import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from driversmith.engine.models.visible import visible_values

Feed = Literal["http", "app", "file"]
"""Where the page gets its data: from the server that gave it, from the host around it, or from itself."""
SCRIPTS = ("parts.js", "charts.js", "overview.js", "story.js", "feeds.js", "main.js")
LIBRARY = "uplot/uPlot.iife.min.js"
STYLES = ("uplot/uPlot.min.css", "style.css")


def document(feed: Feed, data: Any = None, *, token_wanted: bool = False) -> str:
    """The page, with its data where it is a file of its own; `token_wanted`: whoever opened it has to say who they are."""
    written = _parts()
    filled = {
        **written,
        "policy": html.escape(policy(feed), quote=True),
        "feed": feed,
        "token": "wanted" if token_wanted else "",
        "data": "" if data is None else as_json(data),
    }
    page = _read("page.html")
    pieces = page.split("{{")
    return pieces[0] + "".join(filled[name] + rest for name, rest in (piece.split("}}", 1) for piece in pieces[1:]))


def policy(feed: Feed) -> str:
    """The Content-Security-Policy of the page."""
    written = _parts()
    directives = {
        "default-src": "'none'",
        "script-src": f"{_hash(written['library'])} {_hash(written['script'])}",
        "style-src": _hash(written["style"]),
        "img-src": "data:",
        "connect-src": "'self'" if feed == "http" else "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def as_json(data: Any) -> str:
    """JSON that can stand in a script element: neither `<` nor `&` is in it, and no text holds what cannot be seen."""
    text = json.dumps(visible_values(data), ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


@cache
def _parts() -> dict[str, str]:
    return {
        "library": _read(LIBRARY),
        "script": "\n".join(map(_read, SCRIPTS)),
        "style": "\n".join(map(_read, STYLES)),
    }


def _read(name: str) -> str:
    return files("driversmith.resources.dashboard").joinpath("page", *name.split("/")).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
