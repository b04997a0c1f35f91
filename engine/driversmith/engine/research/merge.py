"""What two sources know of one API, as one document with its evidence.

Operations are matched by method and path template, whatever their parameters are called and wherever the API stands. The
document that somebody wrote for machines gives the form (its references lead on into it), the other fills in what it leaves
open; of one fact the best known counts: what the API showed, then what is described, quoted, guessed. What the API showed
otherwise is laid over the profile as observations, and told there as contradictions."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

from ..models.profile import ANSWERS, PAGES, Evidence
from ..models.prose import Prose
from .documents.nodes import Node, flag, is_object, mapping, sequence, text
from .documents.parse import Description
from .documents.prose import prose_of
from .documents.references import join
from .matching import Operation, Operations
from .openapi.servers import narrower_servers

_MOST_TOLD = 10
_ASIDE = "x-merged"
"""Where the second of two documents with references stands in the first."""


def merged(one: Description, other: Description) -> Description:
    """What both know."""
    base, beside = (other, one) if _form(other) > _form(one) else (one, other)
    if _form(beside) < 2:
        return _Merging(base, beside).description()
    if base.is_swagger2 != beside.is_swagger2:  # two spellings of everything: the first one counts
        return base
    moved: Node = _moved(beside.document)
    whole = _Merging(base, replace(beside, document={**moved, _ASIDE: moved})).description()
    return replace(whole, document={**whole.document, _ASIDE: moved})


def _moved(node: Any) -> Any:
    """A document whose references lead on when it stands below the root of another."""
    if isinstance(node, list):
        return [_moved(item) for item in cast("list[Any]", node)]
    if not is_object(node):
        return node
    made = {key: _moved(value) for key, value in node.items()}
    if text(node.get("$ref")).startswith("#/"):
        made["$ref"] = f"#/{_ASIDE}{node['$ref'][1:]}"
    return made


def _form(description: Description) -> int:
    """How much of a document there is to keep the form of: written for machines, made of answers, made of pages."""
    return 0 if description.format.startswith(PAGES) else 1 if description.format.startswith(ANSWERS) else 2


class _Merging:
    """One description laid beside another that gives the form."""

    def __init__(self, base: Description, beside: Description) -> None:
        self._base = base
        self._beside = beside
        self._mine, self._theirs = Operations(base), Operations(beside)
        self._paths: Node = dict(mapping(base.document.get("paths")))
        self._evidence = dict(base.evidence)
        self._moved: dict[str, str] = {}
        """Path of the other document -> path of the merged one."""
        self._matched: set[str] = set()
        self._added = 0
        self._notes: list[str] = []
        self._schemes: dict[str, str] = {}
        """Scheme of the other document -> scheme of the merged one."""

    def description(self) -> Description:
        """The one that both amount to."""
        components = self._components()
        pairs = [(theirs, self._mine.find(theirs, self._theirs.prefix)) for theirs in self._theirs.operations]
        base_url = self._base.base_url or self._base_url(pairs)
        for theirs, mine in pairs:
            if mine is not None:
                self._match(mine, theirs)
        for theirs, mine in pairs:
            if mine is None:
                self._add(theirs, base_url)
        document = {**self._base.document, **components, "paths": self._paths, "info": self._info()}
        digest = hashlib.sha256(f"{self._base.sha256} {self._beside.sha256}".encode()).hexdigest()
        observations = [o for o in self._beside.observations if o.path in self._moved]
        return replace(
            self._base,
            format=self._format(),
            document=document,
            sha256=digest,
            size=self._base.size + self._beside.size,
            base_url=base_url,
            evidence=self._evidence,
            observations=(
                *self._base.observations,
                *(replace(o, path=self._moved[o.path]) for o in observations),
            ),
            seen={
                **self._base.seen,
                **{self._moved[path]: kinds for path, kinds in self._beside.seen.items() if path in self._moved},
            },
            matched=self._base.matched | self._matched,
            notes=(*self._base.notes, *self._beside.notes, self._told(), *self._notes[:_MOST_TOLD]),
            alone=(),
            prose=self._prose(),
        )

    def _format(self) -> str:
        return f"{self._base.format} and {self._beside.format}" if _form(self._base) < 2 else self._base.format

    def _told(self) -> str:
        new = f"; {self._added} operations are known from there alone" if self._added else ""
        return (
            f"What {self._beside.location} ({self._beside.format}) says was merged into it: {len(self._matched)} operations are"
            f" the same{new}."
        )

    def _base_url(self, pairs: list[tuple[Operation, Operation | None]]) -> str:
        """Where the API lives, as the place says at which it was asked; "" where no operation is known from both."""
        if self._beside.format != ANSWERS:
            return ""
        place = urlsplit(self._theirs.base)
        for theirs, mine in pairs:
            if mine is not None:
                whole, tail = f"{place.path.rstrip('/')}{theirs.path}".split("/"), mine.path.split("/")
                if (kept := len(whole) - len(tail) + 1) > 0:
                    return f"{place.scheme}://{place.netloc}{'/'.join(whole[:kept])}".rstrip("/")
        return ""

    def _match(self, mine: Operation, theirs: Operation) -> None:
        self._moved.setdefault(theirs.path, mine.path)
        self._matched.add(mine.path)
        item = dict(mapping(self._paths[mine.path]))
        node = dict(item[mine.method])
        for key in ("summary", "description", "operationId", "requestBody"):
            if not node.get(key) and theirs.node.get(key) and not (key == "requestBody" and self._base.is_swagger2):
                node[key] = theirs.node[key]
        node["parameters"] = self._parameters(mine, theirs)
        self._answers(node, theirs)
        self._secure(node, theirs.node)
        item[mine.method] = node
        self._paths[mine.path] = item
        self._know(mine, theirs)

    def _know(self, mine: Operation, theirs: Operation) -> None:
        """The better of what is known of both."""
        here, there = _evidence_of(self._evidence, mine), _evidence_of(self._beside.evidence, theirs)
        if there is None:
            return
        if here is None:
            if there.kind == "observed":
                self._evidence[mine.pointer] = there
        elif _STRENGTH[there.kind] > _STRENGTH[here.kind]:
            rule = "; ".join(filter(None, (there.rule, here.rule)))
            self._evidence[mine.pointer] = there.model_copy(update={"rule": rule})

    def _add(self, theirs: Operation, base_url: str) -> None:
        """An operation that the base does not know: where it stands below the same base URL, and is more than a guess."""
        known = _evidence_of(self._beside.evidence, theirs)
        elsewhere = narrower_servers(theirs.item, "#") or narrower_servers(theirs.node, "#")
        if elsewhere or (known is not None and known.kind == "guessed"):
            return
        prefix = urlsplit(base_url).path.rstrip("/") if base_url else self._mine.prefix
        whole = self._theirs.prefix + theirs.path
        inside = whole.removeprefix(prefix) if (whole + "/").startswith(prefix + "/") else theirs.path
        path = self._moved.setdefault(theirs.path, inside if inside.startswith("/") else "/" + inside)
        item = dict(mapping(self._paths.get(path)))
        if theirs.method in item:
            return
        node = self._in_form(theirs)
        item[theirs.method] = node
        self._paths[path] = item
        self._added += 1
        if known is not None:
            self._evidence[join(join("#/paths", path), theirs.method)] = known

    def _in_form(self, theirs: Operation) -> Node:
        """An operation as the base's version of OpenAPI spells it."""
        node = dict(theirs.node)
        shared = [p for p in sequence(theirs.item.get("parameters")) if is_object(p)]
        node["parameters"] = [self._spelled(p) for p in (*shared, *sequence(node.get("parameters"))) if is_object(p)]
        if self._base.is_swagger2:
            node["responses"] = _swagger2_answers(mapping(node.get("responses")))
            node.pop("requestBody", None)
        security = node.pop("security", self._beside.document.get("security"))
        if security is not None:
            node["security"] = self._renamed(security)
        return node

    def _spelled(self, parameter: Node) -> Node:
        if self._base.is_swagger2 and not self._beside.is_swagger2:
            kept = {key: parameter[key] for key in ("name", "in", "required", "description") if key in parameter}
            return {**kept, **mapping(parameter.get("schema"))}
        return parameter

    def _parameters(self, mine: Operation, theirs: Operation) -> list[Any]:
        """The parameters of both: those in the path by their order, the others by place and name."""
        given = [p for p in sequence(mine.node.get("parameters")) if is_object(p)]
        shared = [p for p in sequence(mine.item.get("parameters")) if is_object(p)]
        known: dict[tuple[str, str], Node] = {}
        for parameter in (*shared, *given):
            place = self._mine.document.resolve(parameter, "#")
            if place is not None:
                known[_key(place.node)] = parameter
        names = dict(zip(_names(theirs.path), _names(mine.path), strict=False))
        is_better = _says_more(self._beside, self._base)
        for parameter in [*sequence(theirs.item.get("parameters")), *sequence(theirs.node.get("parameters"))]:
            place = self._theirs.document.resolve(parameter, "#")
            if place is None or not text(place.node.get("name")):
                continue
            told = self._spelled(place.node)
            if text(told.get("in")) == "path":
                if text(told.get("name")) not in names:
                    continue
                told = {**told, "name": names[text(told["name"])]}
            same = known.get(_key(told))
            if same is None:
                if not any(name == _key(told)[1] for where, name in known if where == "path"):
                    given.append(told)
                    known[_key(told)] = told
                continue
            self._differing(mine, same, told)
            at = next((n for n, own in enumerate(given) if own is same), None)
            if at is not None and "$ref" not in same:
                given[at] = _filled(told, same) if is_better else _filled(same, told)
                given[at] |= {"name": same["name"]}
        return [self._asked_without(mine, theirs, parameter) for parameter in given]

    def _asked_without(self, mine: Operation, theirs: Operation, parameter: Node) -> Node:
        """The parameter, not required where the API answered without it."""
        asked = [(d, o) for d, o in ((self._base, mine), (self._beside, theirs)) if d.format == ANSWERS]
        seen = [o for d, o in asked if (known := _evidence_of(d.evidence, o)) and known.kind == "observed"]
        name = text(parameter.get("name"))
        if (
            not seen
            or parameter.get("in") == "path"
            or not flag(parameter.get("required"))
            or f"{name}=" in seen[0].path
        ):
            return parameter
        self._notes.append(
            f"{name[:60]} of {mine.signature[:120]} is said to be required, and the API answered without it."
        )
        return {**parameter, "required": False}

    def _differing(self, mine: Operation, same: Node, told: Node) -> None:
        """A type that the other one says otherwise is no fact of the API's, and is told."""
        first, second = _type(same), _type(told)
        vague = {"", "any", "string"}
        if (
            first
            and second
            and first != second
            and not vague & {first, second}
            and not {first, second} <= {"integer", "number"}
        ):
            self._notes.append(
                f"{text(same.get('name'))[:60]} of {mine.signature[:120]} is {first} for {self._base.format}, and {second} for"
                f" {self._beside.format}."
            )

    def _answers(self, node: Node, theirs: Operation) -> None:
        says = self._mine.says_answer(node)
        if not self._theirs.says_answer(theirs.node):
            return
        if not says:
            told = mapping(theirs.node.get("responses"))
            told = _swagger2_answers(told) if self._base.is_swagger2 and not self._beside.is_swagger2 else told
            node["responses"] = {**mapping(node.get("responses")), **told}
        elif _form(self._base) < 2 and _form(self._beside) < 2:
            node["responses"] = _deepened(node["responses"], mapping(theirs.node.get("responses")))

    def _secure(self, node: Node, theirs: Node) -> None:
        """How the operation is asked: as the base says; where that says nothing of it, as the other does."""
        security = theirs.get("security", self._beside.document.get("security"))
        told = self._renamed(security) if security is not None else []
        own = node.get("security", self._base.document.get("security"))
        if told and not sequence(own):
            node["security"] = told
        elif self._beside.format == ANSWERS and told:  # it was let in by this one
            node["security"] = [*told, *(entry for entry in sequence(own) if entry not in told)]

    def _renamed(self, security: object) -> list[Node]:
        return [
            {self._schemes.get(name, name): scopes for name, scopes in mapping(entry).items()}
            for entry in sequence(security)
        ]

    def _components(self) -> Node:
        """The base's components with the schemes that only the other one has; what others are called there is remembered."""
        key = ("securityDefinitions",) if self._base.is_swagger2 else ("components", "securitySchemes")
        mine = dict(_at(self._base.document, key))
        other = ("securityDefinitions",) if self._beside.is_swagger2 else ("components", "securitySchemes")
        for name, scheme in _at(self._beside.document, other).items():
            same = next((own for own, node in mine.items() if _wire(mapping(node)) == _wire(mapping(scheme))), "")
            if not same:
                same = name if name not in mine else f"{name}_2"
                mine[same] = _swagger2_scheme(mapping(scheme)) if self._base.is_swagger2 else scheme
                known = self._beside.evidence.get(join("#", *other, name))
                if known is not None:
                    self._evidence[join("#", *key, same)] = known
            self._schemes[name] = same
        if not mine:
            return {}
        if len(key) == 1:
            return {key[0]: mine}
        return {key[0]: {**mapping(self._base.document.get(key[0])), key[1]: mine}}

    def _info(self) -> Node:
        mine, theirs = mapping(self._base.document.get("info")), mapping(self._beside.document.get("info"))
        return {**theirs, **{key: value for key, value in mine.items() if value}}

    def _prose(self) -> Prose:
        both = [d.prose or prose_of(d.document) for d in (self._base, self._beside)]
        kept = {passage.text: passage for prose in reversed(both) for passage in prose.passages}
        return Prose(passages=tuple(kept.values()), cut=any(prose.cut for prose in both))


_STRENGTH: Mapping[str, int] = {"observed": 4, "described": 3, "quoted": 2, "stated": 1, "guessed": 0}


def _evidence_of(index: Mapping[str, Evidence], operation: Operation) -> Evidence | None:
    return index.get(operation.pointer) or index.get(join("#/paths", operation.path))


def _says_more(one: Description, other: Description) -> bool:
    """Whether the parameters of one say more: answers show little more of them than their names."""
    return other.format == ANSWERS and one.format != ANSWERS


def _names(path: str) -> list[str]:
    return re.findall(r"\{([^{}]*)\}", path)


def _key(parameter: Node) -> tuple[str, str]:
    return text(parameter.get("in")), text(parameter.get("name")).lower()


def _type(parameter: Node) -> str:
    return text(parameter.get("type") or mapping(parameter.get("schema")).get("type"))


def _filled(first: Node, second: Node) -> Node:
    """A parameter with what it leaves open from another; whether it is required, the first says alone."""
    others = {key: value for key, value in second.items() if key != "required"}
    whole = {**others, **{key: value for key, value in first.items() if value not in (None, "")}}
    if "schema" in first or "schema" in second:
        mine, theirs = mapping(first.get("schema")), mapping(second.get("schema"))
        whole["schema"] = mine if "$ref" in mine else {**theirs, **mine}
    return whole


def _deepened(first: Any, second: Any) -> Any:
    """A tree with what it lacks from another; neither has references."""
    if not is_object(first) or not is_object(second):
        return first if first not in (None, "", {}) else second
    return {key: _deepened(first.get(key), second.get(key)) for key in {**first, **second}}


def _swagger2_answers(answers: Node) -> Node:
    made: Node = {}
    for status, answer in answers.items():
        schemas = [mapping(m).get("schema") for m in mapping(mapping(answer).get("content")).values()]
        made[status] = {"description": text(mapping(answer).get("description"))}
        made[status] |= {"schema": schemas[0]} if schemas else {}
    return made


def _swagger2_scheme(scheme: Node) -> Node:
    if text(scheme.get("type")) != "http":
        return scheme
    if text(scheme.get("scheme")).lower() == "basic":
        return {"type": "basic"}
    return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Bearer"}


def _wire(scheme: Node) -> tuple[str, ...]:
    """What a scheme is on the wire, for comparing."""
    kind = text(scheme.get("type")).lower()
    if kind == "basic" or (kind == "http" and text(scheme.get("scheme")).lower() == "basic"):
        return ("basic",)
    if kind == "http":
        return ("header", "authorization")
    return (text(scheme.get("in")).lower(), text(scheme.get("name")).lower()) if kind == "apikey" else (kind,)


def _at(document: Node, keys: tuple[str, ...]) -> Node:
    for key in keys:
        document = mapping(document.get(key))
    return document
