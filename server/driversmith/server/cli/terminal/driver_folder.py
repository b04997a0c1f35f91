"""What a person means who names a driver's folder on the command line."""

import json
from pathlib import Path

from .typed import typed_pairs


def own_addresses(project: Path, spec: str | None = None) -> tuple[str, ...]:
    """The addresses of the driver's own API and description, which may be local: the person named this driver."""
    try:
        profile = json.loads((project / "profile.json").read_text(encoding="utf-8"))
        urls = [profile.get("base_url", ""), profile.get("source", {}).get("location", ""), spec or ""]
    except (OSError, ValueError, AttributeError):
        return ()  # the engine says what is wrong with the folder
    return typed_pairs(url for url in urls if isinstance(url, str) and "://" in url)


def is_url(text: str) -> bool:
    """Whether it is one of those that descriptions are fetched from."""
    return text.lower().startswith(("http://", "https://"))


def absolute_spec(spec: str | None) -> str | None:
    """A description as it was typed, a path made absolute."""
    return spec if spec is None or is_url(spec) else str(Path(spec).expanduser().absolute())
