"""GraphQL endpoints: found by what stands at the API's URL, else at the usual places, and asked for their schema.

An introspection query is a POST that changes nothing, and counts as a polite request. Only POST is tried: every server that
follows GraphQL over HTTP takes it, and what one refuses a driver could not ask either.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from ...errors import DescriptionError, ResearchError
from ...facts.detectors.credentials import is_refusal
from ...models.profile import AuthScheme
from ...network.asking import MAX_BYTES, ApiAsker, Asked
from ..documents.nodes import Node, mapping, one_line, sequence, text
from ..documents.parse import Description
from ..graphql import introspection
from ..graphql.document import KIND, describe
from ..observed.admission import Admission
from ..observed.document import scheme_node
from ..openapi.servers import origin
from ..worker import run_sized
from .page import Page
from .port import Search

PLACES = (
    "/graphql",  # Apollo, Strawberry, GraphQL Yoga, HotChocolate, graphql-ruby, Lighthouse, PostGraphile, WPGraphQL, Saleor
    "/api/graphql",  # KeystoneJS, Next.js with Yoga or Apollo, GitLab
    "/query",  # gqlgen
    "/v1/graphql",  # Hasura
    "/",  # Ariadne's own server, Apollo standalone
    "/api",  # Craft CMS
    "/gql",
    "/graphql/v1",
)
"""Where a GraphQL endpoint usually is, below the URL and at its host."""
FEW = 1
"""Places that are tried where few requests may go out and nothing points to GraphQL; twice as many where something does."""
MANY = 5
"""The same where more may."""
_ENDPOINT = re.compile(r"/(graphql|gql|query|graph)(/|\.\w+|\Z)", re.IGNORECASE)
_TOOL = re.compile(
    r"/(graphi?ql-?(ide|playground|explorer)?|playground|altair|voyager|sandbox|explorer)/?\Z", re.IGNORECASE
)
_PAGE = re.compile(
    rb"graphiql|graphql-playground|GraphQLPlayground|embeddable-sandbox|EmbeddedSandbox|altair-graphql|AltairGraphQL",
    re.IGNORECASE,
)
_COMPLAINS = re.compile(
    r"must provide (a )?query|query (string|parameter|is)|graphql|no query|operation|__schema|persistedquery",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rb"(?:endpoint(?:Url)?|initialEndpoint|url|uri|fetch|fetchURL|endpointURL)[\"']?\s*[:=(,]\s*[\"'`]([^\"'`\s<>]{1,300})[\"'`]",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"unauthenticated|unauthorized|forbidden|access.?denied|not.?authoriz|invalid.?jwt|invalid-headers", re.IGNORECASE
)
_SIGN_IN = re.compile(
    r"(must be|not|please) (logged|authenticated|authori[sz]ed|signed)|"
    r"(missing|invalid|required?|no|provide).{0,30}(token|api.?key|credential|authori[sz]ation|authentication|admin-secret)|"
    r"(token|api.?key|credentials?|authori[sz]ation|authentication).{0,30}(missing|invalid|required)",
    re.IGNORECASE,
)
_OFF = re.compile(r"introspect|__schema|__type", re.IGNORECASE)


async def at_start(search: Search) -> Description | None:
    """The schema of the endpoint that `api_url` is, or that what stands there names; None where nothing points to one.

    Raises:
        DescriptionError: there is one, and it does not tell its schema.
        ResearchError: code `authentication_required`.
    """
    if not _points_to_graphql(search):
        return None
    places = _named_places(search)
    most = 2 * FEW if search.is_polite else len(places)
    return await _first(search, places[:most])


async def elsewhere(search: Search) -> Description | None:
    """The schema of an endpoint at the usual places, where something is served at the host that says nothing of itself.

    Raises:
        DescriptionError, ResearchError: as `at_start` does.
    """
    if _points_to_graphql(search) or not _is_silent(search.start):
        return None
    return await _first(search, _usual_places(search.api_url)[: FEW if search.is_polite else MANY])


async def _first(search: Search, places: list[str]) -> Description | None:
    if search.asker is None:
        search.tried.append(
            "A GraphQL endpoint was not asked for its schema, since live=false allows no request to it."
        )
        return None
    asker = search.asker
    for place in places:
        search.say(f"Asking {urlsplit(place).path} for a GraphQL schema")
        found = await _told(search, asker, place)
        if found is not None:
            return found
    return None


def _points_to_graphql(search: Search) -> bool:
    path = urlsplit(search.api_url).path
    if _ENDPOINT.search(path) or _TOOL.search(path):
        return True
    start = search.start
    if start is None:
        return False
    if _PAGE.search(start.content[:200_000]):
        return True
    return start.status in (400, 405, 415, 422) and bool(
        _COMPLAINS.search(start.content[:2000].decode("utf-8", "replace"))
    )


def _named_places(search: Search) -> list[str]:
    """Endpoints that the URL and the page there name, the likeliest first."""
    start = search.start
    here = start.url if start is not None and origin(start.url) == origin(search.api_url) else search.api_url
    here = here.partition("#")[0].partition("?")[0]
    found: list[str] = []
    is_tool = bool(_TOOL.search(urlsplit(here).path)) and not _ENDPOINT.search(urlsplit(here).path)
    page = start.content[:200_000] if start is not None and _PAGE.search(start.content[:200_000]) else b""
    for match in _NAMED.finditer(page):
        named = urljoin(here, match[1].decode("utf-8", "replace")).partition("#")[0]
        path = urlsplit(named).path
        if origin(named) == origin(here) and not re.search(r"\.(js|css|png|svg|ico|html)\Z", path) and _is_plain(path):
            found.append(named)
    found = found[:2] if not _ENDPOINT.search(urlsplit(here).path) else []
    return list(dict.fromkeys([*found, *([] if is_tool else [here]), *_usual_places(search.api_url)]))


def _is_plain(path: str) -> bool:
    return bool(_ENDPOINT.search(path)) or path.rstrip("/").rpartition("/")[2] in ("", "api", "v1")


def _usual_places(api_url: str) -> list[str]:
    """Usual places of endpoints below a URL, and at its host."""
    parts = urlsplit(api_url)
    root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    below = "" if _ENDPOINT.search(parts.path) or _TOOL.search(parts.path) else parts.path.rstrip("/")
    return list(dict.fromkeys(root + start + place for place in PLACES for start in (below, "")))


def _is_silent(start: Page | None) -> bool:
    """Whether what stands at the URL says nothing of an API: no page, or one that speaks of GraphQL."""
    if start is None or start.status in (400, 404, 405) or not start.content.strip():
        return True
    head = start.content[:200_000]
    return start.status == 200 and head.lstrip()[:1] == b"<" and b"graphql" in head.lower()


@dataclass(frozen=True)
class _Answer:
    """What an endpoint answered, and the schemes of the credential that it took."""

    asked: Asked
    schemes: tuple[AuthScheme, ...] = ()


async def _asked(asker: ApiAsker, url: str, query: str, most: int) -> _Answer | None:
    """What a GraphQL endpoint answers to a query, with a credential of the user's where it refuses without; None where none is.

    Raises:
        ResearchError: code `authentication_required`.
    """
    ask = partial(asker.ask, question=json.dumps({"query": query}).encode(), most=most)
    refused = await ask(url)
    if refused is None or not _is_graphql(refused):
        return None
    if not _is_refused(refused):
        return _Answer(refused)
    answer = refused.answer if is_refusal(refused.answer) else replace(refused.answer, status=401)
    admission = Admission(ask, asker.credentials, _is_refused)
    if (asked := await admission.settled(replace(refused, url=url, answer=answer))) is not None:
        return _Answer(asked, tuple(admission.schemes.values()))
    which = "the credential that is set was refused" if asker.credentials is not None else "none is set"
    raise ResearchError(
        f"The GraphQL endpoint {urlsplit(url).path} wants a credential, and {which}{_quoted(refused)}",
        code="authentication_required",
        next_action=f"Store one: driversmith credentials set {origin(url)}; or give the schema as spec (SDL or introspection).",
    )


async def _told(search: Search, asker: ApiAsker, url: str) -> Description | None:
    """The schema that an endpoint tells; None where no endpoint answers.

    Raises:
        DescriptionError: it does not tell its schema, or that has nothing that can be read.
        ResearchError: as `_asked` does.
    """
    answer = await _asked(asker, url, introspection.QUERY, search.max_bytes)
    if answer is None:
        return None
    asked = answer.asked
    said = _said(asked)
    if _schema_node(asked) is None:
        is_off = _OFF.search(said) or not said
        why = "its introspection is switched off" if is_off else "it refuses the introspection query"
        raise DescriptionError(
            f"A GraphQL endpoint answers at {url}, but {why}{_quoted(asked)}",
            code="description_not_found",
            next_action="Give the path of its schema as spec: a file of SDL (schema.graphql), or the answer to an introspection query as "
            "JSON; or switch introspection on.",
        )
    place = asked.url if origin(asked.url) == origin(url) else url
    found = await run_sized(len(asked.content), _read, asked.content, place)
    if said:
        found = replace(found, notes=(*found.notes, f"The schema came with an error: {said}"))
    return _with_schemes(found, answer.schemes)


def _read(content: bytes, url: str) -> Description:
    schema = introspection.schema_of(introspection.schema_node(mapping(json.loads(content))) or {})
    endpoint, path = split_endpoint(url)
    kind = f"{KIND} introspection"
    return describe(schema, content, location=url, kind=kind, endpoint=endpoint, path=path, found_by="api_url")


def _with_schemes(found: Description, schemes: tuple[AuthScheme, ...]) -> Description:
    if not schemes:
        return found
    components = {"securitySchemes": {scheme.name: scheme_node(scheme) for scheme in schemes}}
    security: list[dict[str, list[str]]] = [{scheme.name: []} for scheme in schemes]
    return replace(found, document={**found.document, "components": components, "security": security})


async def located(search: Search, found: Description) -> Description:
    """A GraphQL schema from a file, with the endpoint that it is meant for: that which answers, else the likeliest place.

    Raises:
        ResearchError: as `_asked` does.
    """
    if not found.format.startswith(KIND) or found.base_url:
        return found
    places = _likely_places(search.api_url)
    place, schemes = places[0], tuple[AuthScheme, ...]()
    asker = search.asker
    for url in places[: 2 if search.is_polite else None]:
        if asker is None:
            break
        search.say(f"Asking {urlsplit(url).path} whether it is the GraphQL endpoint")
        answer = await _asked(asker, url, "{ __typename }", MAX_BYTES)
        if answer is not None:
            place, schemes = url, answer.schemes
            break
    endpoint, path = split_endpoint(place)
    paths = {f"{path}#{key.partition('#')[2]}": item for key, item in mapping(found.document.get("paths")).items()}
    document = {**found.document, "paths": paths, "servers": [{"url": endpoint}]}
    return _with_schemes(replace(found, document=document, base_url=endpoint), schemes)


def _likely_places(api_url: str) -> list[str]:
    """Where the endpoint of a schema may be: the URL as typed where it is called like one, then the usual places, the URL among them."""
    parts = urlsplit(api_url)
    typed = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    if _ENDPOINT.search(parts.path):
        return list(dict.fromkeys([typed, *_usual_places(api_url)]))
    if re.search(r"\.(graphqls?|gql|json|sdl)\Z", parts.path, re.IGNORECASE):  # the schema itself
        return _usual_places(urljoin(api_url, "/"))
    usual = _usual_places(api_url)
    return list(dict.fromkeys([usual[0], *([typed] if parts.path.strip("/") else []), *usual]))


def split_endpoint(url: str) -> tuple[str, str]:
    """The base URL of an endpoint, and its path below that: `https://host/api` and `/graphql`."""
    parts = urlsplit(url)
    folder, _, last = parts.path.rpartition("/")
    return urlunsplit((parts.scheme, parts.netloc, folder, "", "")), f"/{last}"


def _body(asked: Asked) -> Node:
    """An answer as an object, also where it is larger than an answer of records may be."""
    if asked.answer.body is not None:
        return mapping(asked.answer.body)
    try:
        return mapping(json.loads(asked.content))
    except (ValueError, RecursionError):
        return {}


def _schema_node(asked: Asked) -> Node | None:
    return introspection.schema_node(_body(asked))


def _errors(asked: Asked) -> list[Node]:
    return [mapping(error) for error in sequence(_body(asked).get("errors"))[:5]]


def _is_graphql(asked: Asked) -> bool:
    """Whether an answer is of the form that GraphQL prescribes."""
    return (
        _schema_node(asked) is not None
        or "__typename" in mapping(_body(asked).get("data"))
        or any(text(error.get("message")) for error in _errors(asked))
        or (is_refusal(asked.answer) and bool(_ENDPOINT.search(urlsplit(asked.url).path)))
    )


def _is_refused(asked: Asked) -> bool:
    if is_refusal(asked.answer):
        return True
    if _schema_node(asked) is not None:
        return False
    told = " ".join(
        f"{text(mapping(error.get('extensions')).get('code'))} {text(error.get('type'))}" for error in _errors(asked)
    )
    return bool(_REFUSES.search(told)) or (bool(_SIGN_IN.search(_said(asked))) and not _OFF.search(_said(asked)))


def _quoted(asked: Asked) -> str:
    said = _said(asked)
    return f": {said}" if said else "."


def _said(asked: Asked) -> str:
    """What the errors of an answer say, on one line."""
    told: list[Any] = [error.get("message") for error in _errors(asked)]
    return one_line("; ".join(message for message in told if isinstance(message, str)), 300)
