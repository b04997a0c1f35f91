"""The facts of an API as a model reads them: the profile as compact text, the same bytes for the same profile.

Descriptions are kept, since hints about quirks hide in prose. Large APIs are told in less detail, and it is said what
was left out: first the prose of parameters and fields, then their types, then all but the name, and last whole entries.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ..generation.servers import other_servers
from ..models.profile import (
    ApiProfile,
    AuthScheme,
    BodyProfile,
    FieldProfile,
    ObjectProfile,
    OperationProfile,
    PaginationProfile,
    ParameterProfile,
)

MAX_CHARACTERS: Final = 60_000
"""About 15,000 tokens."""
_MAX_PROSE = 4_000
_MAX_SENTENCES = 300
_MAX_DESCRIPTION = 1_000
_MAX_ENUM = 20
_MAX_NAMES = 30

T = TypeVar("T")
Detail = int
"""3: all; 2: without the prose of parameters and fields; 1: parameters and fields by name; 0: a line each."""


def api_text(profile: ApiProfile, *, most: int = MAX_CHARACTERS) -> str:
    """At most about `most` characters, between `<api>` and `</api>`."""
    head = "\n".join(_head(profile))
    room = max(0, most - len(head))
    objects, told = _fitted(
        list(profile.objects.values()),
        lambda found, detail: "\n".join(_object(found, detail)),
        room // 2,
        "objects",
    )
    known = _known(profile)
    operations, _ = _fitted(
        list(profile.operations.values()),
        lambda found, detail: "\n".join(_operation(found, detail, known if told >= detail else _Known(known.security))),
        room - len(objects),
        "operations",
    )
    parts = (head, f"## Objects\n{objects}" if objects else "", f"## Operations\n{operations}")
    text = "\n\n".join(part for part in parts if part)
    return f"<api>\n{tame(text)}\n</api>"


def tame(text: str) -> str:
    """Words of strangers that cannot close the tag that marks them as such."""
    return text.replace("</api>", "< /api>").replace("<api>", "< api>")


def _head(profile: ApiProfile) -> Iterator[str]:
    title = " ".join(part for part in (profile.title, profile.version) if part)
    yield f"# {profile.api_name}{f' ({_line(title)})' if title else ''}"
    yield f"Described by {profile.source.format}. Base URL: {profile.base_url}"
    for server in other_servers(profile):
        yield f"Other server, used only where the caller gives it: {server.url} {_line(server.description)}".rstrip()
    if profile.documentation_url:
        yield f"Documentation: {profile.documentation_url}"
    if profile.rate_limit:
        yield f"Rate limit: {profile.rate_limit.requests} requests in {profile.rate_limit.seconds} seconds"
    signs = profile.rate_limit_signs
    if signs.statuses or signs.header:
        statuses = ", ".join(map(str, (429, *signs.statuses)))
        yield f"Too many requests: status {statuses}; seconds to wait in {signs.header or 'Retry-After'}"
    for name, text in profile.headers.items():
        yield f"Sent with every request: {name}: {text}"
    if profile.error_path:
        yield f"Error inside a good answer: at {'.'.join(profile.error_path)}, raised where anything stands there"
    if profile.auth:
        yield from (_auth(scheme) for scheme in profile.auth)
        if security := _known(profile).security:
            yield f"Every operation takes them: {_ways(security)}"
    else:
        yield "Credentials: none. The API needs no key, so the driver takes none."
    if profile.description:
        yield f"\nDescription:\n{_cut(profile.description.strip(), _MAX_PROSE)}"
    if profile.warnings:
        yield "\nOdd in the description, and how it was read:"
        yield from (f"- {_line(warning)}" for warning in profile.warnings[:20])
    if skipped := [s for s in profile.skipped if s.reason != "not_selected"]:
        shown = ", ".join(f"{s.operation} ({s.reason})" for s in skipped[:20])
        more = f" and {len(skipped) - 20} more" if len(skipped) > 20 else ""
        yield f"\nNot callable through the driver: {shown}{more}"


def _auth(scheme: AuthScheme) -> str:
    arguments = ", ".join(f"{c.argument} (variable {c.env})" for c in scheme.credentials)
    where = f"{scheme.location} {scheme.parameter}" + (f", after {scheme.prefix!r}" if scheme.prefix else "")
    token = f", token from {scheme.token_url}" if scheme.token_url else ""
    return (
        f"Credentials {scheme.name}: {scheme.kind}, {where}{token}; {arguments}. {_line(scheme.description)}".rstrip()
    )


def _object(found: ObjectProfile, detail: Detail) -> Iterator[str]:
    verbs = ", ".join(f"{verb}={name}" for verb, name in found.operations.items())
    yield f"### {found.name}: {verbs}"
    if found.description and detail > 1:
        yield _line(found.description)
    if "read" in found.operations and (detail > 0 or found.record_path or found.pagination.style != "none"):
        where = ".".join(found.record_path) or "the body itself"
        shape = f"map (key as {found.key_field})" if found.shape == "map" else found.shape
        names = f", names of columns at {'.'.join(found.columns_path)}" if found.shape == "table" else ""
        inner = f", each at {'.'.join(found.inner_path)} of its item" if found.inner_path else ""
        yield f"records: {shape} at {where}{names}{inner}; {_paging(found.pagination)}"
    if found.item_path:
        yield f"one record at {'.'.join(found.item_path)}"
    if found.identifier:
        yield f"identifier: {found.identifier}"
    if found.filters and detail > 0:
        yield f"filters: {', '.join(found.filters)}"
    if found.fields and detail > 1:
        yield "fields: " + _fields(found.fields, detail)
    elif found.fields and detail > 0:
        yield f"fields: {_names(found.fields)}"


def _paging(paging: PaginationProfile) -> str:
    if paging.style == "none":
        return "no paging"
    facts = [f"paging by {paging.style}"]
    start = f" from {paging.first}" if paging.counted else ""
    facts += [f"position in {paging.position_parameter}{start}"] if paging.position_parameter else []
    facts += [f"size in {paging.size_parameter}"] if paging.size_parameter else []
    facts += ["a cursor goes without all other parameters"] if paging.alone else []
    facts += [f"both in the {paging.position_in}"] if paging.position_in != "query" else []
    facts += [f"{paging.default_size} a page by default"] if paging.default_size else []
    facts += [f"at most {paging.max_size}"] if paging.max_size else []
    for path, meaning in (
        (paging.next_path, "next at"),
        (paging.more_path, "more at"),
        (paging.last_path, "whether it is the last at"),
        (paging.pages_path, "number of pages at"),
        (paging.total_path, "total at"),
    ):
        facts += [f"{meaning} {'.'.join(path)}"] if path else []
    facts += [f"next in header {paging.next_header}"] if paging.next_header else []
    facts += [f"total in header {paging.total_header}"] if paging.total_header else []
    if paging.short_page_ends is not None:
        facts.append("a short page is the last" if paging.short_page_ends else "only an empty page ends")
    return ", ".join(facts)


@dataclass(frozen=True)
class _Known:
    """What is told before the operations, and not again with each of them."""

    security: tuple[tuple[str, ...], ...] = ()
    """What all of them take; () where they differ, or take nothing."""
    objects: Mapping[tuple[str, ...], ObjectProfile] = field(default_factory=dict[tuple[str, ...], ObjectProfile])
    """By the names of their fields."""

    def alike(self, fields: dict[str, FieldProfile]) -> str:
        """The object that has just these fields; empty where there is none."""
        found = self.objects.get(tuple(fields))
        return found.name if found and fields and found.fields == fields else ""


def _known(profile: ApiProfile) -> _Known:
    ways = {operation.security for operation in profile.operations.values()}
    objects = {tuple(found.fields): found for found in profile.objects.values()}
    return _Known(ways.pop() if len(ways) == 1 else (), objects)


def _operation(found: OperationProfile, detail: Detail, known: _Known) -> Iterator[str]:
    old = " (deprecated)" if found.deprecated else ""
    summary = f": {_line(found.summary)}" if found.summary else ""
    answer = f" -> {found.response.kind}" if found.response.kind else ""
    yield f"- {found.name} = {found.signature}{answer}{old}{summary}"
    if found.security and detail > 1 and not known.security:
        yield f"  credentials: {_ways(found.security)}"
    if found.description and detail > 1:
        yield f"  {_cut(_tidy(found.description), _MAX_DESCRIPTION if detail > 2 else _MAX_SENTENCES)}"
    optional: list[str] = []
    for parameter in found.parameters:
        if detail > 1 or (detail > 0 and parameter.must_be_given):
            yield f"  {_parameter(parameter, detail)}"
        elif detail > 0:
            optional.append(parameter.argument)
    if optional:
        yield f"  optional: {_names(optional)}"
    if found.body is not None and found.body.argument is not None and detail > 0:
        yield f"  {_body(found.body, detail, known.alike(found.body.fields))}"


def _ways(security: tuple[tuple[str, ...], ...]) -> str:
    return " or ".join(" and ".join(way) or "anonymous" for way in security)


def _parameter(parameter: ParameterProfile, detail: Detail) -> str:
    name = (
        parameter.argument if parameter.argument == parameter.name else f"{parameter.argument} (wire {parameter.name})"
    )
    kind = f"array of {parameter.items}" if parameter.items else parameter.type
    facts = [parameter.location, kind, *([parameter.format] if parameter.format else [])]
    facts += ["required"] if parameter.must_be_given else []
    facts += [f"one of {_values(parameter.enum)}"] if parameter.enum else []
    facts += [f"default {json.dumps(parameter.default)}"] if parameter.default is not None else []
    facts += [f"{parameter.minimum:g} or more"] if parameter.minimum is not None else []
    facts += [f"at most {parameter.maximum:g}"] if parameter.maximum is not None else []
    facts += [f"example {_cut(json.dumps(parameter.example), 100)}"] if parameter.example is not None else []
    prose = f". {_line(parameter.description)}" if parameter.description and detail > 2 else ""
    return f"{name}: {', '.join(facts)}{prose}"


def _body(body: BodyProfile, detail: Detail, alike: str) -> str:
    """`alike` is the object whose fields it has."""
    needed = "required" if body.required else "optional"
    fields = f": fields of {alike}" if alike else ""
    if body.fields and not alike:
        fields = ": " + (_fields(body.fields, detail) if detail > 1 else _names(body.fields))
    prose = f". {_line(body.description)}" if body.description and detail > 2 else ""
    return f"{body.argument}: {body.kind} body, {needed}{fields}{prose}"


def _fields(fields: dict[str, FieldProfile], detail: Detail) -> str:
    return "; ".join(_field(name, field, detail) for name, field in fields.items())


def _field(name: str, field: FieldProfile, detail: Detail) -> str:
    kind = f"array of {field.items}" if field.items else field.type
    facts = [kind, *([field.format] if field.format else [])]
    facts += [word for word, is_so in (("required", field.required), ("or null", field.nullable)) if is_so]
    facts += ["read only"] if field.read_only else []
    facts += [f"one of {_values(field.enum)}"] if field.enum else []
    prose = f" ({_line(field.description)})" if field.description and detail > 2 else ""
    return f"{name} {' '.join(facts)}{prose}"


def _names(names: Collection[str]) -> str:
    more = f", and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(list(names)[:_MAX_NAMES]) + more


def _values(values: Sequence[object]) -> str:
    shown = ", ".join(_cut(json.dumps(value), 60) for value in values[:_MAX_ENUM])
    return f"{shown}, and {len(values) - _MAX_ENUM} more" if len(values) > _MAX_ENUM else shown


def _fitted(found: list[T], told: Callable[[T, Detail], str], room: int, what: str) -> tuple[str, Detail]:
    """All of them in the finest detail that fits, and that detail; in the coarsest, as many as fit."""
    texts: list[str] = []
    for detail in (3, 2, 1, 0):
        texts = [told(item, detail) for item in found]
        if sum(len(text) + 1 for text in texts) <= room:
            return "\n".join([*texts, *_left_out(detail, what)]), detail
    shown: list[str] = []
    for text in texts:
        room -= len(text) + 1
        if room < 0:
            break
        shown.append(text)
    return "\n".join([*shown, f"({len(found) - len(shown)} more {what} are not shown, and less is told of these.)"]), 0


def _left_out(detail: Detail, what: str) -> list[str]:
    if detail == 2:
        return [f"(The descriptions of the {what}' parameters and fields are left out: the API is large.)"]
    if detail == 1:
        return [f"(Of the {what} only names and what is required are told: the API is large.)"]
    if detail == 0:
        return [f"(Of the {what} one line each is told: the API is large.)"]
    return []


def _line(text: str) -> str:
    return _cut(_tidy(text), _MAX_SENTENCES)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} [{len(text) - most} characters cut]"
