"""ApiProfile: the researched facts of an API, each with its evidence."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field, JsonValue

from .base import Value
from .choices import Choice
from .facts import Contradiction, KnownBy

JsonType = Literal["string", "integer", "number", "boolean", "object", "array", "null", "any"]
ParameterLocation = Literal["path", "query", "header", "cookie", "body"]
ParameterStyle = Literal[
    "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject"
]
"""As OpenAPI names them; `tabDelimited` is the `tsv` of Swagger 2.0."""
PayloadKind = Literal["json", "form", "multipart", "text", "binary"]
AuthKind = Literal["api_key", "basic", "bearer", "oauth2_client_credentials"]
PaginationStyle = Literal["none", "page", "offset", "cursor", "link_header", "next_url"]
PositionPlace = Literal["query", "header", "body"]
RecordForm = Literal["csv", "tsv", "lines"]
"""How records are written as text: tables with their names in the first line, or JSON, one value a line."""
RecordShape = Literal["list", "record", "map", "table", "columns", "features"]
Verb = Literal["read", "read_one", "create", "update", "delete"]
SkipReason = Literal[
    "invalid_operation",
    "invalid_path",
    "unresolvable_reference",
    "other_server",
    "unsupported_method",
    "unsupported_body",
    "unsupported_parameter",
    "not_selected",
    "not_proven",
]
"""Why an operation of the description is not callable through the driver (docs/driver.md)."""


ANSWERS = "answers of the API"
"""The format of a source that is no document: what the API itself answered."""
PAGES = "documentation"
"""How the format of a source begins that is pages for people."""


class Evidence(Value):
    """Where a fact comes from."""

    pointer: str
    """JSON pointer into the description (`#/paths/~1pets/get`), or a URL."""
    rule: str | None = None
    """How the fact was inferred, in words; None where the description states it itself."""
    known_by: KnownBy | None = None
    """By what the fact is known, where that is neither its description (no rule) nor a guess (a rule)."""

    @property
    def kind(self) -> KnownBy:
        """By what the fact is known."""
        return self.known_by or ("guessed" if self.rule else "described")


_DOT = re.compile(r"(?<!\\)\.")


def member_keys(name: str) -> tuple[str, ...]:
    """The keys of a member of a JSON body, from its wire name: `page.cursor` is `cursor` in `page`; a dot that belongs to
    a key is written `\\.`."""
    return tuple(key.replace("\\.", ".") for key in _DOT.split(name))


def member_name(keys: Iterable[str]) -> str:
    """The wire name of a member of a JSON body (`member_keys`)."""
    return ".".join(key.replace(".", "\\.") for key in keys)


class FieldProfile(Value):
    """One field of a record or of a request body."""

    type: JsonType = "any"
    items: JsonType | None = None
    """Type of the items where `type` is array."""
    format: str | None = None
    required: bool = False
    nullable: bool = False
    read_only: bool = False
    enum: tuple[JsonValue, ...] = ()
    description: str = ""
    fields: dict[str, "FieldProfile"] = {}
    """What is known of the object, or of each object in the array; of fields of a record alone, and not without end."""


class ParameterProfile(Value):
    """One parameter of an operation, as it goes on the wire and as Python spells it."""

    name: str
    """The API's spelling; in a body the path of the member (`member_keys`)."""
    argument: str
    """Keyword under which the driver takes it: `name`, made unique within the operation, with a trailing `_` on a clash."""
    location: ParameterLocation
    required: bool = False
    type: JsonType = "any"
    items: JsonType | None = None
    format: str | None = None
    enum: tuple[JsonValue, ...] = ()
    default: JsonValue = None
    example: JsonValue = None
    minimum: float | None = None
    maximum: float | None = None
    style: ParameterStyle = "form"
    explode: bool = True
    json_encoded: bool = False
    """True where the description gives the parameter by `content: application/json`."""
    allow_reserved: bool = False
    description: str = ""

    @property
    def fallback(self) -> JsonValue:
        """What a driver sends where the caller gives nothing: the default of a required parameter (its only value, where it
        can have no other); None: nothing. In a path only what chooses a format or a version has one."""
        return self.default if self.required and self.default not in ("", [], {}) else None

    @property
    def is_idempotency_key(self) -> bool:
        """Whether it makes a write one that may be sent again: a driver gives it a new value in every call."""
        return self.location == "header" and self.name.lower() in ("idempotency-key", "x-idempotency-key")

    @property
    def must_be_given(self) -> bool:
        """Whether a caller cannot leave it out."""
        return self.required and self.fallback is None and not self.is_idempotency_key


class BodyProfile(Value):
    """The request body of an operation."""

    argument: str | None = "body"
    """None: callers do not pass it; it is a JSON object of `fixed` and of the operation's parameters in the body."""
    fixed: dict[str, JsonValue] = {}
    """Members that are the same in every call, where `argument` is None."""
    media_type: str
    kind: PayloadKind
    type: JsonType = "any"
    required: bool = False
    fields: dict[str, FieldProfile] = {}
    """Top-level fields where `type` is object."""
    written: tuple[ParameterProfile, ...] = ()
    """Fields of a form that are not written in its usual way: each as a parameter of that name in a query."""
    part_types: dict[str, str] = {}
    """Fields of a multipart body -> media type of their parts, where the description gives one."""
    description: str = ""


_FORMS: dict[str, RecordForm] = {
    "text/csv": "csv",
    "application/csv": "csv",
    "text/x-csv": "csv",
    "text/comma-separated-values": "csv",
    "text/tab-separated-values": "tsv",
    "text/tsv": "tsv",
    "application/x-ndjson": "lines",
    "application/ndjson": "lines",
    "text/x-ndjson": "lines",
    "application/jsonl": "lines",
    "application/x-jsonl": "lines",
    "application/jsonlines": "lines",
    "application/x-jsonlines": "lines",
    "application/json-lines": "lines",
    "application/json-seq": "lines",
}
"""RFC 4180 and 7464, IANA, ndjson.org, jsonlines.org, and what is written for them."""


def form_of(media_type: str) -> RecordForm | None:
    """How records are written in a media type; None for JSON and everything else."""
    return _FORMS.get(media_type.partition(";")[0].strip().lower())


class ResponseProfile(Value):
    """The successful response of an operation."""

    status: int = 200
    media_type: str | None = None
    """None: the description promises no content."""
    kind: PayloadKind | None = None
    type: JsonType = "any"

    @property
    def form(self) -> RecordForm | None:
        """How records are written in it, where it is text that holds records."""
        return form_of(self.media_type or "")


class OperationProfile(Value):
    """One callable operation."""

    name: str
    """Python identifier, unique in the API; the argument of `call_operation`."""
    operation_id: str | None = None
    method: str
    """Upper case."""
    path: str
    """Path template below the base URL, with `{wire_name}` for each path parameter, and after a `?` the part of the query
    that is the same in every call, as it goes on the wire."""
    base_path: str | None = None
    """Where it stands below another path of the same origin than that of the base URL: that path."""
    summary: str = ""
    description: str = ""
    """What the description says beyond the summary, on one line, at most 1,000 characters: hints about quirks hide there."""
    parameters: tuple[ParameterProfile, ...] = ()
    body: BodyProfile | None = None
    response: ResponseProfile = ResponseProfile()
    only_reads: bool = False
    """Whether a POST is known to ask, and to change nothing."""
    security: tuple[tuple[str, ...], ...] = ()
    """Alternatives, each a set of auth scheme names that go together; `()` as an alternative means anonymous; no alternative: no auth."""
    deprecated: bool = False
    evidence: Evidence

    @property
    def signature(self) -> str:
        """`GET /pets/{petId}`: the operation as driver.json, skipped lists and messages spell it."""
        return f"{self.method} {self.path}"

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing, so that it may be sent again, and be asked of the real API."""
        return self.method in ("GET", "HEAD") or self.only_reads

    @property
    def idempotency_key(self) -> str | None:
        """Header by which the API knows a write that is sent again; None: a write is sent once."""
        if self.is_safe:
            return None
        return next((p.name for p in self.parameters if p.is_idempotency_key), None)

    @property
    def asks_for_one(self) -> tuple[str, ...]:
        """Arguments that say which record is meant, where it gives one: those of its path, or of a question what it needs."""
        in_path = tuple(p.argument for p in self.parameters if p.location == "path")
        needed = tuple(p.argument for p in self.parameters if p.location == "body" and p.must_be_given)
        return in_path or (needed if self.only_reads else ())

    @property
    def bare_path(self) -> str:
        """The path template without its fixed query."""
        return self.path.partition("?")[0]

    def path_below(self, base_path: str) -> str:
        """The path template with what stands before it; `base_path` is that of the base URL."""
        return (base_path if self.base_path is None else self.base_path) + self.bare_path

    @property
    def fixed_query(self) -> str:
        """The part of the query that is the same in every call; empty for most operations."""
        return self.path.partition("?")[2]


class PaginationProfile(Value):
    """How all pages of a collection are read.

    - `page`: `position_parameter` counts pages from `first`, until a page is empty or short.
    - `offset`: `position_parameter` counts records from `first` (0).
    - `cursor`: `position_parameter` takes the value at `next_path` of the body (where a list is in the way, of its last
      item), or of the header `next_header`, until it is absent, null or empty.
    - `link_header`: the URL of `Link: <...>; rel="next"`, until there is none. Where `position_parameter` counts pages
      from `first` and that is not 0, the first page is asked for by its number: some APIs have no pages otherwise.
    - `next_url`: the URL (absolute or relative) at `next_path` of the body, or in the header `next_header`, until it is
      absent, null or empty.
    """

    style: PaginationStyle = "none"
    position_parameter: str | None = None
    """Wire name of the parameter that says where to go on."""
    size_parameter: str | None = None
    """Wire name of the parameter for the number of records a page."""
    position_in: PositionPlace = "query"
    """Where both parameters go: the query, a header of their name, or the JSON body, where their names are paths of members
    (`member_keys`)."""
    alone: bool = False
    """`cursor`: whether a cursor in the query is sent without any other parameter, all of which it stands for."""
    first: int = 0
    first_required: bool = False
    """Whether the description requires the number of the first page although something else leads to those after it."""
    default_size: int | None = None
    max_size: int | None = None
    """The largest page that may be asked for: the one place where this is known (`maximum` of the size parameter is not)."""
    next_path: tuple[str, ...] = ()
    """Keys into the body where the next cursor or URL stands."""
    next_header: str | None = None
    """Header of the answer that holds the next cursor or URL, where no body does."""
    more_path: tuple[str, ...] = ()
    """Keys into the body of a boolean that says whether more follows; () where there is none."""
    last_path: tuple[str, ...] = ()
    """Keys into the body of a boolean that says whether this is the last page; () where there is none."""
    pages_path: tuple[str, ...] = ()
    """`page`: keys into the body of the number of all pages; () where there is none. It ends reading after a full page alone:
    where servers cap pages, it may count pages of the size that was asked for."""
    total_path: tuple[str, ...] = ()
    """`page` and `offset`: keys into the body of the number of all records, () where there is none. As long as fewer were
    read, a page shorter than asked for is not the last one: servers cap pages without saying so. It ends no full page."""
    total_header: str | None = None
    """Header of the answer with that number, where no body has it."""
    short_page_ends: bool | None = None
    """`page` and `offset`: whether a page shorter than asked for (than `default_size`, where no size is asked for) is the
    last. False: pages are read until one is empty. None: it is where the answer says so, by a flag or by its total: pages
    come short in the middle too, where the API filters after it has paged."""
    evidence: Evidence | None = None

    @property
    def counted(self) -> bool:
        """Whether the first page is asked for by its number, or by the number of its first record."""
        return (
            self.style in ("page", "offset") or self.first_required or (self.style == "link_header" and self.first != 0)
        )

    @property
    def sent(self) -> frozenset[str]:
        """Wire names of the parameters that a driver fills in itself when it reads all pages."""
        names = (self.size_parameter, self.position_parameter if self.counted else None)
        return frozenset(name for name in names if name)

    def fills(self, parameter: ParameterProfile) -> bool:
        """Whether a driver gives a parameter of `read` itself."""
        return parameter.location == self.position_in and parameter.name in self.sent


class ObjectProfile(Value):
    """A named collection or resource of the API."""

    name: str
    description: str = ""
    operations: dict[Verb, str]
    """Verb -> operation name. An object always has `read` or `read_one` or a write verb."""
    record_path: tuple[str, ...] = ()
    """Keys into the body of `read` where the records stand; () for the body itself."""
    shape: RecordShape = "list"
    """What stands there: a list of records, one record, a map of identifier -> record, rows (lists of values) whose names
    stand at `columns_path`, columns (name -> the values of all records), or the features of a GeoJSON document."""
    other_keys: tuple[str, ...] = ()
    """`columns`: keys that may stand in place of the last of `record_path`, where they were asked for (`daily` for `hourly`)."""
    key_field: str = "key"
    """`map`: the name under which a record has its key; a field of its own of that name stays."""
    columns_path: tuple[str, ...] = ()
    """`table`: keys into the body of `read` where the names of the columns stand."""
    inner_path: tuple[str, ...] = ()
    """`list`: keys into each item to its record, where that is not the item itself (`node` of an edge)."""
    item_path: tuple[str, ...] = ()
    """Keys into the body of `read_one`, `create` and `update` where the record stands."""
    identifier: str | None = None
    """Field whose value is the record_id of update and delete."""
    fields: dict[str, FieldProfile] = {}
    record_description: str = ""
    """What one record is, as its own schema says."""
    pagination: PaginationProfile = PaginationProfile()
    filters: tuple[str, ...] = ()
    """Arguments of `read` that are neither paging nor path parameters."""
    evidence: Evidence
    records_evidence: Evidence | None = None
    """Of where the records stand, where that was corrected: written by earlier versions (see `facts_evidence`)."""

    def is_asked_by(self, parameter: ParameterProfile) -> bool:
        """Whether a parameter asks for the columns that are read: an answer may have those only that were asked for."""
        return self.shape == "columns" and self.record_path[-1:] == (parameter.name,)

    @property
    def goes_on_after_record(self) -> bool:
        """Whether the next page is asked for by a field of the last record (`starting_after`)."""
        return (
            self.pagination.style == "cursor"
            and self.shape == "list"
            and self.pagination.next_path[:-1] == self.record_path
            and bool(self.pagination.next_path)
        )


class Credential(Value):
    """One constructor argument of the driver that carries a secret."""

    argument: str
    env: str
    """Environment variable that `from_env` reads."""
    scheme: str
    required: bool = False
    """True where every operation needs it."""


class AuthScheme(Value):
    """One way to authenticate."""

    name: str
    """Name in the description's security schemes, or of the header parameter that is really a key."""
    kind: AuthKind
    location: Literal["header", "query", "cookie"] = "header"
    parameter: str = "Authorization"
    """Wire name of the header, query parameter or cookie."""
    prefix: str = ""
    """What stands before the value on the wire (`Bearer `, `Token `)."""
    token_url: str | None = None
    """OAuth2 client credentials: as the description gives it; may be relative to the base URL."""
    scopes: tuple[str, ...] = ()
    credentials: tuple[Credential, ...] = ()
    description: str = ""
    evidence: Evidence

    @property
    def sent_prefix(self) -> str:
        """What stands before the value of a key or token: a bearer's usual word, where no other is known."""
        return self.prefix or ("Bearer " if self.kind == "bearer" else "")


class ServerProfile(Value):
    """A server of the description, its variables filled with their defaults; the URL may be relative."""

    url: str
    description: str = ""
    evidence: Evidence


class RateLimit(Value):
    """A documented limit: `requests` in `seconds`."""

    requests: int
    seconds: int
    evidence: Evidence


class RateLimitSigns(Value):
    """How an answer says that there were too many requests."""

    statuses: tuple[int, ...] = ()
    """Statuses beside 429."""
    header: str | None = None
    """Header with the seconds to wait; None: `Retry-After`."""


class SkippedOperation(Value):
    """An operation of the description that the driver cannot call."""

    operation: str
    """`METHOD /path`."""
    reason: SkipReason
    detail: str = ""


class DescriptionSource(Value):
    """The document a profile was read from."""

    location: str
    """URL or file name (never a full local path: profiles travel with drivers)."""
    format: str
    """`OpenAPI 3.1.0`, `Swagger 2.0`, ..."""
    sha256: str
    size: int
    """Bytes."""


class ApiProfile(Value):
    """The researched facts of an API. The same description and arguments give the same profile."""

    api_name: str
    title: str = ""
    version: str = ""
    description: str = ""
    documentation_url: str | None = None
    source: DescriptionSource
    base_url: str
    """Absolute, without a trailing slash."""
    servers: tuple[ServerProfile, ...] = ()
    auth: tuple[AuthScheme, ...] = ()
    objects: dict[str, ObjectProfile] = {}
    operations: dict[str, OperationProfile] = {}
    skipped: tuple[SkippedOperation, ...] = ()
    not_listed: int = 0
    """Further operations that are not selected, beside those that `skipped` lists."""
    rate_limit: RateLimit | None = None
    rate_limit_signs: RateLimitSigns = RateLimitSigns()
    headers: dict[str, str] = {}
    """Sent with every request, and the same in all; an argument of an operation of that name outdoes it."""
    trailing_slash: bool | None = None
    """True: the path of every operation ends with a slash; False: none does; None: each is as its description has it."""
    error_path: tuple[str, ...] = ()
    """Keys into a body where an error stands although the status is good: anything but null, false, 0 or empty."""
    facts_evidence: dict[str, Evidence] = {}
    """Address of a fact (facts.catalogue) -> by what it is known, of the facts that were corrected."""
    contradictions: tuple[Contradiction, ...] = ()
    """What research found described and observed otherwise."""
    choices: tuple[Choice, ...] = ()
    """What was taken although only the user knows it."""
    warnings: tuple[str, ...] = ()
    """What was odd about the description and how it was read, one sentence each."""

    def to_json(self) -> str:
        """The text of `profile.json`: defaults left out, two spaces of indentation, a final newline.

        What an editor does not show (controls of direction, zero width) is escaped.
        """
        text = self.model_dump_json(indent=2, exclude_defaults=True)
        return _BEYOND_ASCII.sub(lambda found: "".join(map(_shown, found[0])), text) + "\n"

    def digest(self) -> str:
        """`sha256:<hex>` of the profile as compact JSON."""
        return "sha256:" + hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()

    @property
    def is_described(self) -> bool:
        """Whether a document describes the API: else its facts come from answers of the API itself, and contradict nobody."""
        return self.source.format != ANSWERS

    def operation(self, object_name: str, verb: Verb) -> OperationProfile | None:
        """The operation behind a verb of an object, or None where the API has none."""
        name = self.objects[object_name].operations.get(verb)
        return self.operations[name] if name else None


class ProfileSummary(Value):
    """What `stop_after="research"` and `get_session(view="profile")` show of a profile."""

    title: str
    version: str
    base_url: str
    source: DescriptionSource
    servers: list[str] = []
    auth: list[dict[str, Any]] = []
    objects: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Object -> verb -> `METHOD /path`."""
    pagination: dict[str, PaginationStyle] = Field(default_factory=dict)
    operations: int = 0
    skipped: list[SkippedOperation] = []
    rate_limit: str | None = None
    warnings: list[str] = []


_BEYOND_ASCII = re.compile("[^\x00-\x7e]+")


def _shown(character: str) -> str:
    """A character of a JSON string as it is, or escaped where it does not print."""
    return character if character.isprintable() else json.dumps(character)[1:-1]
