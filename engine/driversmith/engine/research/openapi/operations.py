"""Every operation of a description: callable, or skipped with a reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ...models.profile import Evidence, OperationProfile, ParameterProfile, SkippedOperation, SkipReason
from ..documents.nodes import Node, flag, is_object, mapping, one_line, sequence, text
from ..documents.references import Document, Place, join
from ..names import as_identifier, bare, shortened, snake_case, unique
from .auth import Alternatives, Auth, KeyParameter
from .bodies import Bodies
from .key_parameters import key_likeness
from .parameters import IGNORED_HEADERS, Parameters, RawParameter, path_parameter, raw_parameters, with_arguments
from .paths import InvalidPathError, PathTemplate, path_template
from .questions import Post, is_question, is_taken_apart, taken_apart
from .responses import Response, Responses
from .schemas import Schemas
from .servers import Home, Root, narrower_servers
from .told import Told, told_of

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Operation:
    """A callable operation, with what the profile leaves out but objects and paging are read from."""

    profile: OperationProfile
    response: Response
    tag: str = ""
    text: str = ""
    """Summary and description together."""
    security: Alternatives | None = None
    """What the description asks for; None where it says nothing."""
    keys: tuple[KeyParameter, ...] = ()
    extensions: Node = field(default_factory=dict[str, Any])
    """Its members whose names begin with `x-`."""
    fragment: str = ""
    """What follows a `#` in its path key, by which the description tells operations apart."""
    told: Told | None = None
    """What the source of the description says that it reads."""


@dataclass
class Operations:
    """The outcome of reading all paths."""

    callable: list[Operation] = field(default_factory=list[Operation])
    skipped: list[SkippedOperation] = field(default_factory=list[SkippedOperation])


@dataclass(frozen=True, slots=True)
class _Site:
    """One operation as it stands in the description."""

    key: str
    method: str
    item: Node
    item_pointer: str
    node: object
    pointer: str

    def skip(self, reason: SkipReason, detail: str) -> SkippedOperation:
        return SkippedOperation(
            operation=f"{self.method.upper()} {one_line(self.key, 300)}", reason=reason, detail=detail
        )


class _SkippedError(Exception):
    def __init__(self, reason: SkipReason, detail: str) -> None:
        super().__init__(detail)
        self.reason: SkipReason = reason
        self.detail = detail


class OperationReader:
    """Reads the operations of one document."""

    def __init__(self, document: Document, schemas: Schemas, auth: Auth, home: Home) -> None:
        self._document = document
        self._auth = auth
        self._home = home
        self._parameters = Parameters(document, schemas)
        self._schemas = schemas
        self._bodies = Bodies(document, schemas)
        self._responses = Responses(document, schemas)
        self._names: set[str] = set()

    def read_all(self) -> Operations:
        """Every operation below `paths`, in the order of the description."""
        outcome = Operations()
        for site in self._sites(outcome):
            try:
                outcome.callable.append(self._read(site))
            except _SkippedError as skip:
                outcome.skipped.append(site.skip(skip.reason, skip.detail))
        return outcome

    def _sites(self, outcome: Operations) -> Iterator[_Site]:
        paths = self._document.resolve(self._document.root.get("paths"), "#/paths")
        for key, node in (paths.node if paths else {}).items():
            if key.startswith("x-"):
                continue
            pointer = join("#/paths", key)
            place = self._document.resolve(node, pointer)
            if place is None:
                broken = _Site(key, "*", {}, pointer, None, pointer)
                reference = isinstance(node, dict)
                outcome.skipped.append(
                    broken.skip("unresolvable_reference", "its path item is a reference that leads nowhere")
                    if reference
                    else broken.skip("invalid_path", "its path item is no object")
                )
                place = Place({name: value for name, value in mapping(node).items() if name != "$ref"}, pointer)
            item = {**place.node, **{name: value for name, value in mapping(node).items() if name in METHODS}}
            for method in (name for name in item if name in METHODS):
                home = pointer if method in mapping(node) else place.pointer
                yield _Site(key, method, item, place.pointer, item[method], join(home, method))

    def _read(self, site: _Site) -> Operation:
        if not is_object(site.node):
            raise _SkippedError("invalid_operation", "it is no object")
        if site.method == "trace":
            raise _SkippedError(
                "unsupported_method", "TRACE requests must not carry credentials, and proxies refuse them"
            )
        place = self._document.resolve(site.node, site.pointer)
        if place is None:
            raise _SkippedError("unresolvable_reference", "it is a reference that leads nowhere")
        node = place.node
        method = site.method.upper()
        raw = raw_parameters(self._document, site.item, node, (site.item_pointer, place.pointer))
        template = self._template(site.key, raw)
        root = self._root(site, node)
        parameters, keys = self._split(raw, template, site)
        response = self._responses.read(node, place.pointer, method)
        body = self._bodies.read(node, place.pointer, raw)
        told = body.profile if body else None
        asks = method == "POST" and is_question(Post(site.key, node, response, body), self._schemas)
        if body and (asks or is_taken_apart(node)):
            told, members = taken_apart(body, self._schemas)
            parameters += map(_with_only_value, members)
        operation_id = node.get("operationId")
        words = text(node.get("summary")) or text(node.get("description"))
        tag = next((name for name in sequence(node.get("tags")) if isinstance(name, str)), "")
        profile = OperationProfile(
            name=self._name(operation_id, method, template.path),
            operation_id=one_line(operation_id, 300) if isinstance(operation_id, str) and operation_id else None,
            method=method,
            path=root.prefix + template.path,
            base_path=root.base_path,
            summary=one_line(words, 200),
            description=one_line(more, 1000) if (more := text(node.get("description"))) != one_line(words, 200) else "",
            parameters=tuple(with_arguments(parameters)),
            body=told,
            response=response.profile,
            only_reads=asks,
            deprecated=flag(node.get("deprecated")),
            evidence=Evidence(pointer=site.pointer),
        )
        return Operation(
            profile,
            response,
            tag=tag[:80],
            text=f"{text(node.get('summary'))[:1000]} {text(node.get('description'))[:8000]}",
            security=self._auth.alternatives(node),
            keys=tuple(keys),
            extensions={name: value for name, value in node.items() if name.startswith("x-")},
            fragment=site.key.partition("#")[2],
            told=told_of(node),
        )

    def _template(self, key: str, raw: list[RawParameter]) -> PathTemplate:
        declared = [parameter.name for parameter in raw if parameter.location == "path"]
        try:
            return path_template(key, declared)
        except InvalidPathError as reason:
            raise _SkippedError("invalid_path", str(reason)) from None

    def _root(self, site: _Site, node: Node) -> Root:
        servers = narrower_servers(node, site.pointer) or narrower_servers(site.item, site.item_pointer)
        if not servers:
            return Root()
        root = self._home.root_of(servers)
        if root is None:
            raise _SkippedError("other_server", one_line(servers[0].url, 200))
        return root

    def _split(
        self, raw: list[RawParameter], template: PathTemplate, site: _Site
    ) -> tuple[list[ParameterProfile], list[KeyParameter]]:
        """The arguments of a call, and the parameters that are really keys."""
        parameters: list[ParameterProfile] = []
        keys: list[KeyParameter] = []
        missing = dict.fromkeys(template.names)
        queried = {source: name for name, source in template.query_names.items()}
        inside = (parameter for parameter in raw if parameter.location not in ("body", "formdata"))
        for parameter in (self._relocated(parameter, template, queried) for parameter in inside):
            if key := self._key(parameter, site):
                keys.append(key)
            elif parameter.location == "header" and parameter.name.lower() in IGNORED_HEADERS:
                continue
            elif parameter.location == "path" and parameter.name not in template.names:
                self._document.notes.add(
                    f"The path parameter {parameter.name[:80]!r} of {site.key[:120]!r} does not stand in the path; it is left out."
                )
            elif parameter.location == "query" and parameter.name in template.fixed:
                continue
            elif profile := self._parameters.read(parameter):
                parameters.append(_with_only_value(profile))
                missing.pop(parameter.name if parameter.location == "path" else "", None)
            elif flag(parameter.node.get("required")):
                raise _SkippedError(
                    "unsupported_parameter", f"{parameter.location or 'nowhere'}: {one_line(parameter.name, 100)}"
                )
            else:
                self._document.notes.add(
                    f"The parameter {one_line(parameter.name, 80)!r} cannot be sent; it is left out."
                )
        if missing:
            shown = ", ".join(repr(name[:80]) for name in missing)
            self._document.notes.add(f"The path {site.key[:120]!r} holds {shown} undeclared: taken as a string.")
        known = {parameter.name for parameter in parameters if parameter.location == "query"}
        return [
            *(path_parameter(name) for name in missing),
            *parameters,
            *(_query_parameter(name) for name in template.query_names if name not in known),
        ], keys

    def _relocated(self, parameter: RawParameter, template: PathTemplate, queried: dict[str, str]) -> RawParameter:
        """A parameter that the path key puts elsewhere than its declaration, or that does not say where it goes."""
        if parameter.location == "query" and parameter.name in template.within:
            return replace(parameter, location="path")
        if parameter.location == "path" and parameter.name in queried and parameter.name not in template.names:
            return replace(parameter, name=queried[parameter.name], location="query")
        if parameter.location not in ("", "querystring") and not parameter.location.isspace():
            return parameter
        return replace(parameter, location="path") if parameter.name in template.names else parameter

    def _key(self, parameter: RawParameter, site: _Site) -> KeyParameter | None:
        if parameter.location not in ("header", "query", "cookie"):
            return None
        location = parameter.location
        likeness = key_likeness(parameter.name, location, parameter.node)
        if likeness is None and self._auth.owns(parameter.name, location):
            likeness = "key"
        if likeness is None:
            return None
        owner = mapping(site.node)
        parts = (parameter.node.get("description"), owner.get("summary"), owner.get("description"))
        words = " ".join(text(part)[:1000] for part in parts)
        scheme = self._auth.key(parameter.name, location, Place(parameter.node, parameter.pointer), words)
        return KeyParameter(scheme, likeness, flag(parameter.node.get("required")))

    def _name(self, operation_id: object, method: str, path: str) -> str:
        name = snake_case(operation_id) if isinstance(operation_id, str) else ""
        name = name or snake_case(f"{method.lower()} {path}") or method.lower()
        name = as_identifier(shortened(name, _LONGEST_NAME - 3), before_digit="op_")
        name = unique(name, self._names, _LONGEST_NAME)
        self._names.add(name)
        return name


_CHOOSES = re.compile(r"(media|mime)?(type)?(format|ext|extension)|(api|schema)?version|lang|language|locale")
"""Bare names of path parameters that choose how something is said, and never which record."""


def _with_only_value(parameter: ParameterProfile) -> ParameterProfile:
    """A required parameter that can have one value only gets it as its default. In a path, a default is what a driver sends
    only where it chooses a format (JSON, where that is one of several), a version or a language: elsewhere it is an example."""
    if not parameter.required:
        return parameter
    default = parameter.default
    if default is None and len(parameter.enum) == 1:
        default = parameter.enum[0]
    if parameter.location == "path":
        name = bare(parameter.name)
        json = next((value for value in parameter.enum if re.fullmatch(r"\.?json", str(value), re.IGNORECASE)), None)
        default = (json if json is not None else default) if _CHOOSES.fullmatch(name) else None
    return parameter if default == parameter.default else parameter.model_copy(update={"default": default})


def _query_parameter(name: str) -> ParameterProfile:
    return ParameterProfile(name=name, argument=name, location="query")
