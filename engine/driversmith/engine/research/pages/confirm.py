"""Asking the API whether what its pages say is there: a few GETs, each of an endpoint whose arguments the pages show."""

import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import quote, urlencode, urlsplit

from ...errors import FetchError
from ...models.profile import AuthScheme
from ...network.addresses import origin_of
from ...network.asking import ApiAsker
from ..documents.nodes import Node, mapping, sequence, text
from ..documents.references import join
from ..observed.actions import asks_for_action
from ..observed.admission import Admission
from ..openapi.servers import origin
from ..sources.page import Page, PageFetcher
from .document import schema_of

Outcome = Literal["there", "refused", "demands", "page", "absent", "silent"]
"""What a GET came to: data; credentials are wanted; arguments are; a page for people; nothing is there; no answer."""

_REFUSALS: dict[int, Outcome] = {401: "refused", 403: "refused", 400: "demands", 422: "demands"}
_BYTES = 2 << 20
_LONGEST_COMPLAINT = 4000
_ACCEPT = {"Accept": "application/json, */*;q=0.5"}

Ask = Callable[[str], Awaitable[Page | None]]
"""GET a URL of the API; None where it did not answer, or may not be asked."""


@dataclass
class Confirmed:
    """What the API showed."""

    base_url: str
    """Where it lives."""
    outcomes: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    """JSON pointer of an operation -> what its GET came to."""
    schemes: Mapping[str, AuthScheme] = field(default_factory=dict[str, AuthScheme])
    """What the API let in by, where it refuses whoever comes without."""


@dataclass(frozen=True)
class _Question:
    pointer: str
    operation: Node
    path: str
    """With its parameters filled in."""
    query: tuple[tuple[str, Any], ...]
    """The required parameters."""
    samples: tuple[tuple[str, Any], ...]
    """The others that the pages show a value for."""


def asker(fetcher: PageFetcher) -> Ask:
    """Asks through a fetcher, without credentials."""

    async def ask(url: str) -> Page | None:
        try:
            return await fetcher.get(url, max_bytes=_BYTES, headers=_ACCEPT)
        except FetchError:
            return None

    return ask


class Doorway:
    """Asks an API, wherever its pages say that it is, with the user's credentials where it refuses without."""

    def __init__(self, api: ApiAsker) -> None:
        self._api = api
        self._known: dict[str, tuple[ApiAsker, Admission]] = {}

    async def __call__(self, url: str) -> Page | None:
        try:
            place = origin_of(url)
        except FetchError:
            return None
        if place not in self._known:
            asker = self._api if place == self._api.origin else self._api.at(place)
            self._known[place] = asker, Admission(asker.ask, asker.credentials)
        asker, admission = self._known[place]
        asked = await asker.ask(url, admission.auth)
        if asked is None or asked.answer.status == 0:
            return None
        let_in = await admission.settled(asked) or asked
        return _Answered(let_in.url, let_in.answer.status, let_in.answer.headers, let_in.content)

    @property
    def schemes(self) -> dict[str, AuthScheme]:
        """What let in, wherever that was."""
        return {name: scheme for _, admission in self._known.values() for name, scheme in admission.schemes.items()}


@dataclass(frozen=True)
class _Answered:
    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes


async def confirm(document: Node, *, page_url: str, ask: Ask, most: int, guessed: Collection[str] = ()) -> Confirmed:
    """Ask for the simplest endpoints of a document, at most `most` requests; what is answered completes the document. Of
    those at the pointers `guessed` no page says that they are GETs.

    Where nothing of the API is at the server that the pages name, the origin of the pages is tried; where the pages are on this
    machine or a private network and the server is not, that comes first. Where neither answers, it is as the pages say.
    """
    servers = [text(mapping(server).get("url")) for server in sequence(document.get("servers"))]
    bases = _bases(servers[0] if servers else "", page_url)
    confirmed = Confirmed(bases[0] if bases else "")
    questions = _questions(document, guessed)
    left = most
    settled = len(bases) < 2
    for question in questions:
        if left <= 0 or not bases:
            break
        for base in [confirmed.base_url] if settled else bases:
            if left <= 0:
                break
            left -= 1
            outcome, value = await _asked(ask, base, question, question.query)
            if outcome == "demands" and question.samples and left > 0:
                left -= 1
                wanted = _wanted(question, text(value))
                outcome, value = await _asked(ask, base, question, (*question.query, *wanted))
                if outcome == "there":
                    _require(question, {name for name, _ in wanted})
            if outcome in ("there", "refused", "demands"):
                settled, confirmed.base_url = True, base
            if base == confirmed.base_url:
                confirmed.outcomes[question.pointer] = outcome
            if outcome == "there":
                _complete(question.operation, value)
            if settled:
                break
    if not settled and left < most and servers:
        confirmed.base_url = bases[-1] if servers[0].rstrip("/") == bases[-1] else bases[0]
    return confirmed


def _bases(server: str, page_url: str) -> list[str]:
    parts = urlsplit(server)
    here = urlsplit(page_url)
    home = f"{here.scheme}://{here.netloc}" if origin(page_url) else ""
    if not origin(server):
        return [home + parts.path.rstrip("/")] if home else []
    moved = home + parts.path.rstrip("/")
    if not home or origin(server) == origin(page_url):
        return [server.rstrip("/")]
    local = re.fullmatch(r"localhost|127\..*|10\..*|192\.168\..*|\[.*|172\.(1[6-9]|2\d|3[01])\..*", here.hostname or "")
    return [moved, server.rstrip("/")] if local else [server.rstrip("/"), moved]


def _questions(document: Node, guessed: Collection[str]) -> list[_Question]:
    found: list[_Question] = []
    for path, item in mapping(document.get("paths")).items():
        operation = mapping(item).get("get")
        fixed = tuple((k, v) for k, _, v in (pair.partition("=") for pair in path.partition("?")[2].split("&")) if k)
        if (
            not isinstance(operation, dict)
            or _is_elsewhere(mapping(item), document)
            or asks_for_action(path, listed=join(join("#/paths", path), "get") not in guessed)
        ):
            continue
        known: dict[tuple[str, str], Any] = {}
        lacking = False
        samples: list[tuple[str, Any]] = []
        for node in map(mapping, sequence(cast(Node, operation).get("parameters"))):
            name, place = text(node.get("name")), text(node.get("in"))
            value = node.get("example", mapping(node.get("schema")).get("default"))
            if node.get("required"):
                lacking = lacking or value is None or place not in ("path", "query")
                known[place, name] = value
            elif place == "query" and node.get("example") is not None:
                samples.append((name, node["example"]))
        chosen = tuple((name, str(value)) for name, value in samples)
        if lacking or asks_for_action("?" + urlencode(chosen)):
            continue
        filled = path.partition("?")[0]
        for (place, name), value in known.items():
            if place == "path":
                filled = filled.replace("{" + name + "}", quote(_spelled(value), safe=""))
        query = tuple((name, value) for (place, name), value in known.items() if place == "query")
        if "{" not in filled:
            pointer = join(join("#/paths", path), "get")
            found.append(_Question(pointer, cast(Node, operation), filled, (*fixed, *query), tuple(samples)))
    return sorted(found, key=lambda q: (len(q.query), q.path.count("/"), len(q.samples)))


def _is_elsewhere(item: Node, document: Node) -> bool:
    """Whether a path is not one of the API's own server."""
    own = sequence(item.get("servers"))
    return bool(own) and own[:1] != sequence(document.get("servers"))[:1]


async def _asked(ask: Ask, base: str, question: _Question, query: tuple[tuple[str, Any], ...]) -> tuple[Outcome, Any]:
    """What a GET came to, with the value that was answered, or the text of the complaint."""
    given = urlencode([(name, _spelled(value)) for name, value in query])
    page = await ask(base + question.path + (f"?{given}" if given else ""))
    outcome = _outcome(page)
    if page is None or outcome not in ("there", "demands"):
        return outcome, None
    if outcome == "demands":
        return outcome, page.content[:_LONGEST_COMPLAINT].decode("utf-8", "replace")
    try:
        return outcome, json.loads(page.content)
    except (ValueError, RecursionError):
        return outcome, None


def _outcome(page: Page | None) -> Outcome:
    if page is None:
        return "silent"
    if page.status >= 400:
        return _REFUSALS.get(page.status, "absent")
    return "page" if "html" in page.headers.get("content-type", "").lower() else "there"


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, cast(list[Any], value))) if isinstance(value, list) else str(value)


def _wanted(question: _Question, complaint: str) -> tuple[tuple[str, Any], ...]:
    """The arguments that a complaint names; all that the pages show a value for, where it names none."""
    named = [
        (n, v) for n, v in question.samples if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", complaint, re.IGNORECASE)
    ]
    return tuple(named) or question.samples


def _require(question: _Question, names: set[str]) -> None:
    """The API answers with these arguments and not without: those that have no default, and are not said to be optional, are
    required."""
    for node in map(mapping, sequence(question.operation.get("parameters"))):
        said = node.get("required") is False or "default" in mapping(node.get("schema"))
        if text(node.get("name")) in names and not said:
            node["required"] = True


def _complete(operation: Node, value: Any) -> None:
    """The structure of an answer, where the pages show none; never its values."""
    answer = mapping(mapping(operation.get("responses")).get("200"))
    if not isinstance(value, (dict, list)):
        return
    content = mapping(answer.get("content"))
    shown = mapping(mapping(content.get("application/json")).get("schema"))
    kind = "array" if isinstance(value, list) else "object"
    tells_nothing = not mapping(shown.get("properties")) and not shown.get("items")
    if shown.get("type") != kind or tells_nothing:
        answer["content"] = {"application/json": {"schema": schema_of(value)}}
