"""What an operation reads: many records, one of them, or something that is no record of a collection."""

import re
from typing import Literal

from ..names import bare, singular, snake_case
from ..openapi.media_types import GEOJSON, essence
from ..openapi.operations import Operation
from ..openapi.schemas import Schema, Schemas
from .paging_names import page_parameter
from .records import UNKNOWN, Records, list_at, names_itself, records_of, written_records
from .told_paging import told_items

Reading = Literal["many", "one", "other"]
"""Many records; one of them, by its identifier; anything else: a status, settings, a count, a verdict, who I am."""

_MANY = re.compile(
    r"\b(lists?|listing|all(?! (the )?(information|details?|data|metadata)\b)|search(es)?|finds?|quer(y|ies)|multiple|many|"
    r"several|(collection|set|array|page|history) of|history|browse|every|recent|latest|filter(ed|s)?|paginated|enumerates?)\b"
)
_ONE = re.compile(
    r"\b(single|specific|specified|particular|individual)\b|"
    r"(get|return|retrieve|fetch|show|find|read)s? (just |only )?one\b|details? (of|about|for) (a|an|the|one)\b|"
    r"\bby (its |the |an? |their |using )?(\w+ )?(id|identifier|uuid|guid|gid|sid|pid|key|slug|name|number|code|index)\b"
)
_IDENTIFIERS = frozenset({
    "id", "ids", "uuid", "guid", "gid", "sid", "pid", "key", "slug", "name", "number", "code", "index", "idorname", "idorkey",
})  # fmt: skip
"""What a path parameter that identifies a record is called, where not after its kind."""
_ONLY_ONE = frozenset({
    "status", "state", "health", "healthz", "healthcheck", "ping", "alive", "ready", "heartbeat", "config", "configuration",
    "setting", "settings", "preference", "preferences", "prefs", "statistics", "stats", "me", "self", "whoami", "version",
    "info", "information",
    "detail", "details", "count", "counts", "total", "totals", "summary", "overview", "meta", "metadata", "capabilities", "login", "logout",
    "token", "nonce", "usage", "quota", "balance", "eligibility", "availability", "introspect", "userinfo", "profile", "account",
    "instance", "ip", "uuid", "headers", "useragent", "time", "credentials", "price",
})  # fmt: skip
"""Last words of what there is one of."""
_VERB = (
    r"(check|test|ping|verify|verifies|validate|login|log in|logout|log out|sign in|sign out|calculate|compute|convert|translate|generate|"
    r"download|export|count|set|start|stop|send|refresh|authori[sz]e|authenticate|redirect|preview|render|parse)s?"
)
_DOES = re.compile(rf"{_VERB}\b")
"""Beginnings of summaries that speak of something to do, or to find out."""
_TO_DO = re.compile(rf"{_VERB}\Z")
_CHANGES = re.compile(
    r"(add|approve|activate|cancel|create|deactivate|delete|destroy|disable|enable|insert|purge|register|reject|remove|reset|"
    r"revoke|submit|subscribe|unsubscribe|update|upload)\Z"
)
"""Last words of what does something although it is asked for by GET."""


def says_many(operation: Operation) -> bool:
    """Whether the words of an operation, its summary and its name, speak of a list."""
    words = _words(operation)
    return bool(_MANY.search(words)) and not _ONE.search(words)


def records_in(operation: Operation, schemas: Schemas, *, noun: str, item: Schema | None) -> Records | None:
    """Where the records of a collection called `noun` stand in the answer of an operation; `item` as `records_of` takes it."""
    response = operation.response
    is_geojson = essence(response.profile.media_type or "") == GEOJSON
    if response.profile.form or (is_geojson and not response.schema.properties):
        return written_records(response, schemas)
    if (told := told_items(operation.extensions)) is not None and (found := list_at(response.schema, told, schemas)):
        return found
    return records_of(
        response.schema,
        schemas,
        name=noun,
        item=item,
        paged=_is_paged(operation),
        many=_means_many(operation, schemas, noun),
        said=says_many(operation),
        given=frozenset(bare(parameter.name) for parameter in operation.profile.parameters),
    )


def whole_reading(operation: Operation, schemas: Schemas, *, noun: str, item: Schema | None) -> Reading:
    """What a path reads that ends in a fixed segment; `item` is the body of one record below it."""
    records = records_in(operation, schemas, noun=noun, item=item)
    if records is None or records.shape == "record" or _is_deed(noun):
        return "other"
    if records.shape == "map":
        return "many" if records.record.type in ("object", "any") or item is not None else "other"
    if records.rule == UNKNOWN:
        return "many" if item is not None or _may_be_many(operation, noun) else "other"
    return "other" if _is_only_one(noun) and records.record.type not in ("object", "any") else "many"


def item_reading(operation: Operation, schemas: Schemas, *, noun: str, listed: bool) -> Reading:
    """What a path reads that ends in a parameter; `listed` says whether the same path without it reads many."""
    records = records_in(operation, schemas, noun=noun, item=None)
    if _is_deed(noun) or _TO_DO.match(_last_word(noun)):
        return "other"
    if records is None or records.shape == "record":
        return "one"
    words = _words(operation)
    one, many = bool(_ONE.search(words)), bool(_MANY.search(words))
    identifies = _identifies(operation, noun)
    if records.rule == UNKNOWN or records.shape == "map":
        return "many" if _is_paged(operation) or (_speaks_of_several(operation, noun) and not identifies) else "one"
    if _goes_on(operation) or many > one or operation.response.profile.form:
        return "many"
    if listed and (one > many or identifies):
        return "one"
    own = identifies and singular(noun) in map(singular, records.path[-1:])
    return "one" if own or (one > many and records.path) else "many"


def _words(operation: Operation) -> str:
    name = operation.profile.operation_id or ""
    return f"{operation.profile.summary.partition('. ')[0]} . {snake_case(name).replace('_', ' ')}".lower()


def _is_paged(operation: Operation) -> bool:
    given = operation.profile.parameters
    return bool(page_parameter(given, "size") and (page_parameter(given, "page") or page_parameter(given, "offset")))


def _goes_on(operation: Operation) -> bool:
    """Whether a page can be asked for, however large."""
    given = operation.profile.parameters
    return any(page_parameter(given, role) for role in ("page", "offset", "cursor"))


def _may_be_many(operation: Operation, noun: str) -> bool:
    """Whether an answer that the description does not tell is a list, as far as words go."""
    if says_many(operation) or _goes_on(operation):
        return True
    if _is_only_one(noun) or _TO_DO.match(_last_word(noun)):
        return False
    return not _DOES.match(operation.profile.summary.lower())


def _means_many(operation: Operation, schemas: Schemas, noun: str) -> bool:
    """Whether words say that a list is meant where the description gives one record, or nothing, as the body."""
    if operation.profile.bare_path.rstrip("/").endswith("}"):
        return says_many(operation) and _is_plural(noun) and not _identifies(operation, noun)
    if _is_only_one(noun) and (_is_plural(noun) or not _speaks_of_several(operation, noun)):
        return False
    if says_many(operation):
        return _is_plural(noun) or _is_listed(noun)
    body = operation.response.schema
    if _is_plural(noun) and names_itself(body) and not _ONE.search(_words(operation)):
        return not any(schemas.read(node).type == "array" for node in body.properties.values())
    return _speaks_of_several(operation, noun) and _is_identified(body)


def _is_plural(noun: str) -> bool:
    last = _last_word(noun)
    return singular(last) != last


def _is_only_one(noun: str) -> bool:
    return bool(_ONLY_ONE & {_last_word(noun), bare(noun)}) and not _is_listed(noun)


def _speaks_of_several(operation: Operation, noun: str) -> bool:
    """Whether the words of an operation have the noun in the plural: `Get edge configs` of `/edge-config`."""
    words = _words(operation)
    spoken = {word for word in re.findall(r"[a-z]+", words) if singular(word) != word}
    return not _ONE.search(words) and singular(_last_word(noun)) in map(singular, spoken)


def _is_identified(body: Schema) -> bool:
    names = [bare(name) for name in body.properties]
    return any(name in _IDENTIFIERS or name.endswith("id") for name in names)


def _is_deed(noun: str) -> bool:
    return bool(_CHANGES.match(_last_word(noun)))


def _last_word(noun: str) -> str:
    return snake_case(noun).rpartition("_")[2]


def _is_listed(noun: str) -> bool:
    """Whether the method is in the name, and lists: `conversations.list`, `admin.users.listOwners`."""
    return "." in noun and bool(re.match(r"(list|search|getall)", bare(noun.rpartition(".")[2])))


def _identifies(operation: Operation, noun: str) -> bool:
    """Whether the last parameter of the path is an identifier of what the path names."""
    names = [p.name for p in operation.profile.parameters if p.location == "path"]
    path = operation.profile.path
    last = bare(max(names, key=lambda name: path.rfind("{" + name + "}"), default=""))
    kinds = (singular(noun), bare(noun), singular(_last_word(noun)))
    return last in _IDENTIFIERS or any(len(kind) > 2 and last.startswith(kind) for kind in kinds)
