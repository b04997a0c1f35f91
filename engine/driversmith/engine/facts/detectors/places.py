"""Operations that are not where the description says: another base path, a slash at the end, another number, a redirect."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from ...models.facts import Correction
from ..answer import Answer
from ..catalogue import address
from .case import Case

USUAL = ("/api", "/v1", "/api/v1")
"""Base paths that are tried where nothing is found, after those that the description's own servers have."""
MOST = 7
_MOVED = frozenset({301, 302, 303, 307, 308})


def elsewhere(case: Case) -> list[Correction]:
    """Where an operation could be that answers 404: where it redirects to, with or without a slash at its end, below
    another base path, in the other number."""
    if case.answers and all(answer.status in _MOVED for answer in case.answers):
        return list(_redirected(case))
    if not case.answers or any(answer.status not in (404, 410, 405) for answer in case.answers):
        return []
    operation = case.operation
    bare, _, query = operation.path.partition("?")
    slashed = bare[:-1] if bare.endswith("/") and bare != "/" else f"{bare}/"
    paths = [_at(case, slashed, query, "is another place")]
    bases = list(_bases_of_one(case, bare, query) if case.others_are_read else _bases(case))
    number = _other_number(bare)
    paths += [_at(case, number, query, "is another spelling")] if number else []
    return [paths[0], *bases[:3], *paths[1:], *bases[3:]][:MOST]


def moved(case: Case) -> list[Correction]:
    """The place to which an operation redirects, where something is there: a redirect may lose the query, and costs a
    request each time."""
    if not any(answer.status in _MOVED for answer in case.answers) or case.first is None:
        return []
    return list(_redirected(case))


def _redirected(case: Case) -> Iterator[Correction]:
    """The path of the same origin that a redirect leads to, as the operation's, or as the base path of all."""
    answer = next((a for a in case.answers if a.status in _MOVED and a.headers.get("location")), None)
    place = _location(case, answer) if answer else ""
    operation = case.operation
    bare, _, query = operation.path.partition("?")
    if not place or "{" in bare:
        return
    base = urlsplit(case.profile.base_url).path.rstrip("/")
    if place.startswith(f"{base}/"):
        yield _at(case, place[len(base) :], query, "is where it redirects to")
    if place.endswith(bare) and place[: -len(bare)] != base:
        yield Correction(
            fact="/base_path",
            value=place[: -len(bare)],
            because=f"{operation.signature} redirects to the same path below {place[: -len(bare)] or 'the root'}.",
        )


def _location(case: Case, answer: Answer) -> str:
    """The path of a redirect within the API's origin; "" where it leads to another, or to the same path."""
    asked = urljoin(case.profile.base_url, answer.target)
    there, here = urlsplit(urljoin(asked, answer.headers["location"])), urlsplit(asked)
    same = (there.scheme, there.netloc) == (here.scheme, here.netloc)
    return there.path if same and there.path != here.path else ""


def _bases(case: Case) -> Iterator[Correction]:
    now = urlsplit(case.profile.base_url).path
    servers = [urlsplit(server.url).path.rstrip("/") for server in case.profile.servers]
    usual = ("", *USUAL, *(now + path for path in USUAL)) if now else USUAL
    for path in dict.fromkeys((*servers, *usual)):
        if path != now:
            yield Correction(
                fact="/base_path",
                value=path,
                because=f"Nothing is found below {now or 'the root'}, and operations may be below {path or 'the root'}.",
            )


def _bases_of_one(case: Case, bare: str, query: str) -> Iterator[Correction]:
    """The same for this operation alone, where others are found."""
    now = urlsplit(case.profile.base_url).path
    for correction in _bases(case):
        base = str(correction.value)
        if base.startswith(now) and base != now:
            yield _at(case, base[len(now) :] + bare, query, "is below another base path")


def _other_number(path: str) -> str:
    """The path with its last word in the other number (`/ship`, `/ships`, `/category`, `/categories`); "" where there is none."""
    before, slash, word = path.rstrip("/").rpartition("/")
    if not re.fullmatch(r"[A-Za-z_-]{3,}", word):
        return ""
    if re.search(r"[^aeiou]ies\Z", word):
        other = word[:-3] + "y"
    elif re.search(r"(ss|x|ch|sh)es\Z", word):
        other = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        other = word[:-1]
    elif re.search(r"[^aeiou]y\Z", word):
        other = word[:-1] + "ies"
    else:
        other = word + ("es" if re.search(r"(ss|x|ch|sh)\Z", word) else "s")
    return before + slash + other


def _at(case: Case, path: str, query: str, why: str) -> Correction:
    operation = case.operation
    return Correction(
        fact=address("operations", operation.name, "path"),
        value=f"{path}?{query}" if query else path,
        because=f"{operation.signature} is not found, and {path} {why}.",
    )
