"""Operations that are not where the description says: another base path, or a slash at the end."""

from urllib.parse import urlsplit

from ...models.facts import Correction
from ..catalogue import address
from .case import Case

USUAL = ("/api", "/v1", "/api/v1")
"""Base paths that are tried where nothing is found, after those that the description's own servers have."""
MOST = 6


def elsewhere(case: Case) -> list[Correction]:
    """Where an operation could be that answers 404: with or without a slash at its end, or below another base path."""
    if not case.answers or any(answer.status not in (404, 410) for answer in case.answers):
        return []
    operation = case.operation
    bare, _, query = operation.path.partition("?")
    slashed = bare[:-1] if bare.endswith("/") and bare != "/" else f"{bare}/"
    found = [
        Correction(
            fact=address("operations", operation.name, "path"),
            value=f"{slashed}?{query}" if query else slashed,
            because=f"{operation.signature} is not found, and {slashed} is another place.",
        )
    ]
    now = urlsplit(case.profile.base_url).path
    servers = [urlsplit(server.url).path.rstrip("/") for server in case.profile.servers]
    usual = ("", *USUAL, *(now + path for path in USUAL)) if now else USUAL
    paths = [path for path in dict.fromkeys((*servers, *usual)) if path != now]
    return [
        *found,
        *(
            Correction(
                fact="/base_path",
                value=path,
                because=f"Nothing is found below {now or 'the root'}, and operations may be below {path or 'the root'}.",
            )
            for path in paths
        ),
    ][:MOST]
