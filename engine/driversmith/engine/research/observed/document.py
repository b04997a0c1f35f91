"""The OpenAPI-shaped document of what an API showed, with the evidence of each part of it."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ...facts.answer import Answer
from ...facts.detectors.onward import way_on
from ...models.profile import ANSWERS, AuthScheme, Evidence, form_of
from ..documents.nodes import Node
from ..documents.parse import Description, Observation
from ..documents.references import join
from ..names import snake_case, unique
from ..openapi.servers import origin
from .paging import Way
from .parameters import parameters_of
from .schema import schema_of
from .shapes import Shape
from .stub import case_of


@dataclass(frozen=True)
class Sample:
    """One answer that is kept for what it shows."""

    url: str
    """As it was asked for; no credentials."""
    name: str
    answer: Answer
    shape: Shape | None = None
    """Of a collection; None for one record."""
    query: tuple[str, ...] = ()
    """Optional parameters that the way to it named."""
    auth: str = ""
    """The scheme that it was asked by."""
    item_url: str = ""
    """A record of its own, which was read by the identifier `item_field`."""
    item_field: str = ""
    item: Answer | None = None
    way: Way | None = None
    """How a second page was asked for, and came."""


@dataclass(frozen=True)
class Untried:
    """A path that an answer names and that was not asked: something has to be filled in, or it would do something."""

    url: str
    name: str
    told_by: str
    """URL of the answer that names it."""
    query: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """All that an API showed of itself."""

    api_url: str
    samples: Sequence[Sample]
    untried: Sequence[Untried] = ()
    auth: Mapping[str, AuthScheme] = field(default_factory=dict[str, AuthScheme])
    notes: Sequence[str] = ()
    title: str = ""


def describe(shown: Shown) -> Description:
    """What was shown, as a document: every path with the schema of its answer, and what is known of records and paging."""
    base = base_of(shown)
    paths: dict[str, Node] = {}
    evidence: dict[str, Evidence] = {}
    observations: list[Observation] = []
    taken: set[str] = set()
    for sample in shown.samples:
        path = _below(sample.url, base)
        if path in paths:
            continue
        parameters = parameters_of(sample.answer, sample.shape.path if sample.shape else (), sample.query)
        paths[path] = {"get": _operation(sample, path, parameters, taken)}
        rule = f"GET {path} answered {sample.answer.status}."
        evidence[join("#/paths", path)] = Evidence(pointer=_told(sample.url), rule=rule, known_by="observed")
        observations += observations_of(sample, path)
        if sample.item is not None:
            own = _below(sample.item_url, base).rpartition("/")[0] + "/{" + sample.item_field + "}"
            paths.setdefault(own, {"get": _item(sample, sample.item, taken)})
            evidence[join("#/paths", own)] = Evidence(
                pointer=_told(sample.url), rule=f"GET {own} answered {sample.item.status}.", known_by="observed"
            )
    for untried in shown.untried:
        path = _below(untried.url, base)
        if path in paths or len(paths) > 500:
            continue
        paths[path] = {"get": _untried(untried, path, taken)}
        rule = f"{_told(untried.told_by)} names it; it was not asked."
        evidence[join("#/paths", path)] = Evidence(pointer=_told(untried.told_by), rule=rule, known_by="quoted")
    document: Node = {
        "openapi": "3.1.0",
        "info": {"title": shown.title, "version": ""},
        "servers": [{"url": base}],
        "paths": paths,
    }
    if shown.auth:
        document["components"] = {"securitySchemes": {name: _scheme(scheme) for name, scheme in shown.auth.items()}}
        for name in shown.auth:
            evidence[join("#/components/securitySchemes", name)] = Evidence(
                pointer=_told(shown.api_url),
                rule="The API answers with it, and refuses without it.",
                known_by="observed",
            )
    text = json.dumps(document, sort_keys=True).encode()
    return Description(
        location=_told(shown.api_url),
        format=ANSWERS,
        document=document,
        sha256=hashlib.sha256(text).hexdigest(),
        size=len(text),
        found_by="observed",
        base_url=base,
        evidence=evidence,
        observations=tuple(observations),
        notes=tuple(shown.notes),
    )


def base_of(shown: Shown) -> str:
    """The base URL: `api_url` as typed where all that was shown is below it; its folder where it is itself what was shown;
    else the longest path that all have in common."""
    parts = urlsplit(shown.api_url)
    root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    paths = [urlsplit(place).path for place in (*(s.url for s in shown.samples), *(u.url for u in shown.untried))]
    typed = parts.path.rstrip("/")
    if all(path.startswith(typed + "/") for path in paths) or not typed:
        return root + typed
    common = list(zip(*(path.split("/")[:-1] for path in paths), strict=False))
    shared: list[str] = []
    for segments in common:
        if len(set(segments)) > 1 or "{" in segments[0]:
            break
        shared.append(segments[0])
    return root + "/".join(shared).rstrip("/")


def _below(url: str, base: str) -> str:
    """The path and query of a URL below the base URL."""
    parts = urlsplit(url)
    path = parts.path[len(urlsplit(base).path) :] or "/"
    return (path if path.startswith("/") else "/" + path) + (f"?{parts.query}" if parts.query else "")


def _told(url: str) -> str:
    """A URL as it may be kept."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))[:500]


def _operation(sample: Sample, path: str, parameters: list[Node], taken: set[str]) -> Node:
    verb = "list" if sample.shape and sample.shape.shape != "record" else "get"
    node: Node = {
        "operationId": _name(f"{verb}_{snake_case(sample.name) or snake_case(path)}", taken),
        "parameters": parameters,
        "responses": {"200": _response(sample.answer, _body_schema(sample))},
    }
    if sample.auth:
        node["security"] = [{sample.auth: []}]
    return node


def _body_schema(sample: Sample) -> Node:
    """The schema of an answer; columns and rows are described as the records that they are read as."""
    whole, shape = schema_of([sample.answer.body]), sample.shape
    if shape is None or shape.shape != "table":
        return whole
    around = whole
    for key in shape.path[:-1]:
        around = around["properties"][key]
    records = shape.records(sample.answer.body)
    around["properties"][shape.path[-1]] = {"type": "array", "items": schema_of(records)}
    return whole


def _item(sample: Sample, item: Answer, taken: set[str]) -> Node:
    value = item.target.rstrip("/").rpartition("/")[2]
    node: Node = {
        "operationId": _name(f"get_{snake_case(sample.name)}_by_{snake_case(sample.item_field)}", taken),
        "parameters": [_path_parameter(sample.item_field, "integer" if value.isdecimal() else "string")],
        "responses": {"200": _response(item, schema_of([item.body]))},
    }
    if sample.auth:
        node["security"] = [{sample.auth: []}]
    return node


def _untried(untried: Untried, path: str, taken: set[str]) -> Node:
    names = list(dict.fromkeys(re.findall(r"\{(\w+)\}", path)))
    query: list[Node] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in untried.query]
    return {
        "operationId": _name(f"get_{snake_case(untried.name) or snake_case(path)}", taken),
        "parameters": [*(_path_parameter(name, "string") for name in names), *query],
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}},
    }


def _path_parameter(name: str, kind: str) -> Node:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


def _response(answer: Answer, schema: Node) -> Node:
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    media_type = media_type if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,80}", media_type) else ""
    return {
        "description": "",
        "content": {
            media_type if "json" in media_type or form_of(media_type) else "application/json": {"schema": schema}
        },
    }


def _scheme(scheme: AuthScheme) -> Node:
    if scheme.kind == "basic":
        return {"type": "http", "scheme": "basic"}
    word = scheme.sent_prefix.strip()
    if scheme.location == "header" and scheme.parameter.lower() == "authorization" and word:
        return {"type": "http", "scheme": word.lower() if word.lower() == "bearer" else word}
    return {"type": "apiKey", "in": scheme.location, "name": scheme.parameter}


def observations_of(sample: Sample, path: str) -> list[Observation]:
    """Where the records stand, and how the next page is reached, as the answer shows."""
    shape = sample.shape
    if shape is None:
        return []
    records: dict[str, Any] = {"record_path": list(shape.path), "shape": shape.shape}
    if shape.shape == "table":
        records["columns_path"] = list(shape.columns)
    where = f"GET {path} has them there."
    found = [Observation(path, "records", records, where)]
    case = case_of(sample.answer, name=sample.name or "records", base_url=origin(sample.url))
    described = case.described.model_copy(update={"record_path": shape.path, "shape": shape.shape})
    profile = case.profile.model_copy(update={"objects": {case.name: described}})
    ways = way_on(type(case)(profile, case.name, case.answers))
    if sample.way is not None:
        found.append(Observation(path, "pagination", sample.way.value, sample.way.because))
    elif ways:
        found.append(Observation(path, "pagination", ways[0].value, ways[0].because))
    return found


def _name(name: str, taken: set[str]) -> str:
    found = unique(name[:80], taken, 80)
    taken.add(found)
    return found
