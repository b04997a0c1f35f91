"""A description that somebody wrote from pages, judged: what the pages or the API prove of it stays, the rest goes, listed."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import anyio.to_thread

from ...errors import DescriptionError
from ...guards.files.extraction import extract_file
from ...models.documentation import DESCRIPTION as DRAFT
from ...models.documentation import JudgedDescription
from ...models.findings import Finding
from ...models.profile import Evidence, SkippedOperation
from ..documents.nodes import Node, is_list, is_object, mapping, one_line, sequence, text
from ..documents.parse import parse_description
from ..documents.references import join
from ..observed.actions import asks_for_action
from .confirm import Ask
from .quotes import Quotes, Said
from .requests.targets import Target, read_target
from .text.page_text import PageText

_METHODS = ("get", "post", "put", "patch", "delete", "head")
_BYTES = 4 << 20
_MOST_FINDINGS = 40
_CONTROL = "/driversmith-is-this-there"
"""A path that no API has: where it is answered like any other, answers prove nothing."""


@dataclass(frozen=True)
class _Claim:
    method: str
    """Lower case."""
    path: str
    """As the draft has it."""
    target: Target
    node: Node

    @property
    def signature(self) -> str:
        return f"{self.method.upper()} {self.path}"


@dataclass
class _Verdict:
    proven: list[tuple[_Claim, Evidence]] = field(default_factory=list[tuple[_Claim, Evidence]])
    dropped: list[SkippedOperation] = field(default_factory=list[SkippedOperation])
    findings: list[Finding] = field(default_factory=list[Finding])

    def drop(self, claim: _Claim, why: str) -> None:
        self.dropped.append(SkippedOperation(operation=claim.signature[:300], reason="not_proven", detail=why))
        self.findings.append(_finding("endpoint-not-proven", f"{claim.signature}: {why}"))


async def judge_draft(
    draft: str, pages: Sequence[PageText], *, api_url: str, ask: Ask | None = None, most: int = 0
) -> JudgedDescription:
    """What of a description.yaml the pages say word for word, or the API at a host that they name answers; at most `most`
    GETs go out, by `ask`, and none to what may do something."""
    examined = await anyio.to_thread.run_sync(_examined, draft, tuple(pages), api_url)
    if isinstance(examined, Finding):
        return JudgedDescription(findings=(examined,), unusable=True)
    verdict = examined.verdict
    await _ask(examined.open, verdict, ask, most)
    judged = JudgedDescription(dropped=tuple(verdict.dropped), findings=tuple(verdict.findings[:_MOST_FINDINGS]))
    if not verdict.proven:
        return judged
    made, known = await anyio.to_thread.run_sync(_made, examined)
    return judged.model_copy(update={"document": json.dumps(made, ensure_ascii=False), "known": known})


@dataclass(frozen=True)
class _Examined:
    """A draft beside the words of the pages."""

    document: Node
    quotes: Quotes
    home: str
    verdict: _Verdict
    open: list[_Claim]
    """What no page says."""


def _examined(draft: str, pages: Sequence[PageText], api_url: str) -> _Examined | Finding:
    document = _document(draft)
    if isinstance(document, Finding):
        return document
    quotes = Quotes(pages, api_url)
    verdict = _Verdict()
    home = _home(quotes, pages, api_url)
    examined = _Examined(document, quotes, home, verdict, [])
    for claim in _claims(document, quotes, home, verdict):
        said = quotes.of(claim.method.upper(), claim.target, claim.path)
        if said is not None:
            verdict.proven.append((claim, _quoted(said)))
        else:
            examined.open.append(claim)
    return examined


def _document(draft: str) -> Node | Finding:
    found = extract_file(draft, path=DRAFT, stop_reason="end_turn")
    if isinstance(found, Finding):
        return found
    try:
        description = parse_description(found.text.encode(), location=DRAFT, max_bytes=_BYTES)
    except DescriptionError as error:
        return _finding("description-broken", f"{error.message} {error.next_action}".strip())
    if description.is_swagger2:
        return _finding("description-broken", f"{DRAFT} is Swagger 2.0: write OpenAPI 3.")
    return description.document


def _home(quotes: Quotes, pages: Sequence[PageText], api_url: str) -> str:
    """Where the API lives, as far as the pages say: else at the page, else where it was said to be."""
    if quotes.origin:
        return quotes.origin + quotes.base_path
    here = urlsplit(next((page.url for page in pages if page.url), api_url))
    return f"{here.scheme}://{here.netloc}"


def _claims(document: Node, quotes: Quotes, home: str, verdict: _Verdict) -> list[_Claim]:
    """The operations, each where its server says, or at home where it says nothing that a page says, too."""
    root = _server(document, home)
    found: list[_Claim] = []
    for path, item in mapping(document.get("paths")).items():
        node = mapping(item)
        for method in _METHODS:
            operation = node.get(method)
            if not is_object(operation):
                continue
            server = next((own for level in (operation, node) if (own := _server(level, home))), root) or home
            target = read_target(server.rstrip("/") + "/" + path.lstrip("/"))
            if target is None or not path.startswith("/"):
                verdict.drop(_Claim(method, path, Target("", path), operation), "it is no path")
                continue
            if not quotes.names_host(target.origin):
                said = f"The host of {target.origin} stands in no page; requests go to {home}."
                if all(finding.message != said for finding in verdict.findings):
                    verdict.findings.append(_finding("host-not-proven", said))
                if (moved := read_target(home.rstrip("/") + path)) is not None:
                    target = moved
            found.append(_Claim(method, path, target, operation))
    return found


def _server(node: Node, home: str) -> str:
    """The first server that a part of the document names, absolute; empty where it names none."""
    for server in map(mapping, sequence(node.get("servers"))):
        url = text(server.get("url"))
        for name, variable in mapping(server.get("variables")).items():
            url = url.replace("{" + name + "}", text(mapping(variable).get("default")))
        try:
            whole = urljoin(home.rstrip("/") + "/", url)
        except ValueError:
            continue
        if whole.startswith(("http://", "https://")):
            return whole.rstrip("/")
    return ""


def _quoted(said: Said) -> Evidence:
    words = one_line(said.words, 240)
    where = said.page.partition("?")[0][:500] or "#"
    if said.guessed:
        return Evidence(pointer=where, rule=f"the page says {words!r} and names no method", known_by="guessed")
    return Evidence(pointer=where, rule=f"the page says {words!r}", known_by="quoted")


async def _ask(claims: Sequence[_Claim], verdict: _Verdict, ask: Ask | None, most: int) -> None:
    """What no page says is proven by an answer of a host that a page names; where nothing can be asked, it is dropped."""
    left = most if ask is not None else 0
    controls: dict[str, bool] = {}
    for claim in claims:
        url = claim.target.origin + claim.target.path
        if claim.method != "get" or "{" in claim.target.path or asks_for_action(claim.target.path) or ask is None:
            verdict.drop(claim, "no page says that")
            continue
        if claim.target.origin not in controls:
            if left < 2:
                verdict.drop(claim, "no page says that, and no further request may be made")
                continue
            left -= 1
            page = await ask(claim.target.origin + _CONTROL)
            controls[claim.target.origin] = page is not None and page.status < 400
        if controls[claim.target.origin]:
            verdict.drop(claim, "no page says that, and the API answers to any path")
            continue
        if left < 1:
            verdict.drop(claim, "no page says that, and no further request may be made")
            continue
        left -= 1
        page = await ask(url)
        if page is None or page.status >= 300 or "html" in page.headers.get("content-type", "").lower():
            came = "nothing came" if page is None else f"the API answered {page.status}"
            verdict.drop(claim, f"no page says that, and {came} when it was asked")
            continue
        evidence = Evidence(pointer=url[:500], rule="a GET of it was answered", known_by="observed")
        verdict.proven.append((claim, evidence))


def _made(examined: _Examined) -> tuple[Node, dict[str, Evidence]]:
    """The document of what is proven: nothing in it but names that stand in the pages."""
    document, proven, home = examined.document, examined.verdict.proven, examined.home
    origins = [claim.target.origin for claim, _ in proven]
    first = max(dict.fromkeys(origins), key=origins.count)
    parts = urlsplit(home)
    prefix = parts.path.rstrip("/") if f"{parts.scheme}://{parts.netloc}" == first else ""
    if not all((c.target.path + "/").startswith(prefix + "/") for c, _ in proven if c.target.origin == first):
        prefix = ""
    kept = _Words(examined.quotes)
    paths: Node = {}
    known: dict[str, Evidence] = {}
    for claim, evidence in proven:
        at_home = claim.target.origin == first
        path = (claim.target.path.removeprefix(prefix) or "/") if at_home else claim.target.path
        item: Node = paths.setdefault(path, {} if at_home else {"servers": [{"url": claim.target.origin}]})
        if claim.method in item or ("servers" in item) == at_home:
            continue
        item[claim.method] = kept.operation(claim.node, path)
        known[join(join("#/paths", path), claim.method)] = evidence
    made: Node = {
        "openapi": "3.0.3",
        "info": {"title": one_line(mapping(document.get("info")).get("title"), 200), "version": ""},
        "servers": [{"url": first + prefix}],
        "paths": paths,
    }
    if components := kept.components(document):
        made["components"] = components
    schemes = mapping(mapping(components).get("securitySchemes"))
    security = [
        named for named in sequence(document.get("security")) if is_object(named) and set(named) <= set(schemes)
    ]
    if security:
        made["security"] = security
    return made, known


class _Words:
    """Takes out of a document what pages do not name."""

    def __init__(self, quotes: Quotes) -> None:
        self._quotes = quotes

    def operation(self, node: Node, path: str) -> Node:
        """The operation with the parameters that the pages name, and those of its path."""
        made = {key: value for key, value in node.items() if key not in ("servers", "callbacks", "parameters")}
        wanted = re.findall(r"\{([^{}]*)\}", path)
        given = [p for p in map(mapping, sequence(node.get("parameters"))) if self._is_named(p, wanted)]
        told = {text(p.get("name")) for p in given if p.get("in") == "path"}
        missing = [name for name in wanted if name not in told]
        given += [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in missing]
        if given:
            made["parameters"] = given
        if "responses" not in made:
            made["responses"] = {"200": {"description": ""}}
        return cast(Node, self._pruned(made))

    def components(self, document: Node) -> Node:
        """The parts that operations refer to, and the security schemes whose names stand in the pages."""
        made: Node = {}
        for kind, members in mapping(document.get("components")).items():
            if kind == "securitySchemes":
                schemes = {name: node for name, node in mapping(members).items() if self._is_scheme(mapping(node))}
                made |= {kind: schemes} if schemes else {}
            elif kind in ("schemas", "responses", "parameters", "requestBodies") and members:
                made[kind] = self._pruned(members)
        return made

    def _is_named(self, parameter: Node, path_names: Sequence[str]) -> bool:
        if "$ref" in parameter:
            return True
        name, place = text(parameter.get("name")), parameter.get("in")
        if place == "path":
            return name in path_names
        return bool(name) and self._quotes.names(name)

    def _is_scheme(self, scheme: Node) -> bool:
        if scheme.get("type") == "apiKey":
            return self._quotes.names(text(scheme.get("name")))
        words = {"bearer": "bearer", "basic": "basic"}.get(text(scheme.get("scheme")).lower())
        return self._quotes.names(words or text(scheme.get("type")))

    def _pruned(self, node: Any) -> Any:
        """The same without properties that no page names."""
        if is_list(node):
            return [self._pruned(item) for item in node]
        if not is_object(node):
            return node
        made: Node = {}
        for key, value in node.items():
            if key == "properties" and is_object(value):
                named = {name: schema for name, schema in value.items() if self._quotes.names(str(name))}
                made[key] = self._pruned(named)
            elif key == "required" and is_list(value):
                required = [name for name in value if self._quotes.names(text(name))]
                made |= {key: required} if required else {}
            else:
                made[key] = self._pruned(value)
        return made


def joined(documents: Sequence[JudgedDescription]) -> JudgedDescription:
    """What several drafts prove together: of one operation the first counts. What one proves, another may have failed to."""
    made: Node = {}
    known: dict[str, Evidence] = {}
    shapes: dict[tuple[str, str, tuple[str, ...]], None] = {}
    dropped: dict[str, SkippedOperation] = {}
    for judged in documents:
        for skipped in judged.dropped:
            dropped.setdefault(skipped.operation, skipped)
        if not judged.document:
            continue
        document = cast(Node, json.loads(judged.document))
        if not made:
            made = {**document, "paths": {}}
        _add(made, document, judged.known, known, shapes)
    proven = {f"{method.upper()} {'/'.join(shape)}" for method, _, shape in shapes}
    left = [entry for entry in dropped.values() if _shape_of(entry.operation) not in proven]
    text_of = json.dumps(made, ensure_ascii=False) if made else ""
    return JudgedDescription(document=text_of, known=known, dropped=tuple(left))


def _shape_of(signature: str) -> str:
    method, _, path = signature.partition(" ")
    target = read_target(path)
    return f"{method} {'/'.join(target.shape) if target else path}"


def _add(
    made: Node,
    document: Node,
    told: dict[str, Evidence],
    known: dict[str, Evidence],
    shapes: dict[tuple[str, str, tuple[str, ...]], None],
) -> None:
    home = text(mapping(sequence(made.get("servers"))[0]).get("url")) if sequence(made.get("servers")) else ""
    own = text(mapping(sequence(document.get("servers"))[0]).get("url")) if sequence(document.get("servers")) else home
    for kind, members in mapping(document.get("components")).items():
        if made is not document:
            mine: Node = made.setdefault("components", {}).setdefault(kind, {})
            for name, member in mapping(members).items():
                mine.setdefault(name, member)
    for path, item in mapping(document.get("paths")).items():
        node = mapping(item)
        elsewhere = text(mapping(sequence(node.get("servers"))[0]).get("url")) if sequence(node.get("servers")) else ""
        whole = read_target((elsewhere or own).rstrip("/") + path)
        if whole is None:
            continue
        for method in _METHODS:
            if method not in node or (method, whole.origin, whole.shape) in shapes:
                continue
            at, servers = _placed(whole, home)
            target_item: Node = made["paths"].setdefault(at, {"servers": servers} if servers else {})
            if ("servers" in target_item) != bool(servers) or method in target_item:
                continue
            shapes[method, whole.origin, whole.shape] = None
            target_item[method] = node[method]
            evidence = told.get(join(join("#/paths", path), method))
            if evidence is not None:
                known[join(join("#/paths", at), method)] = evidence


def _placed(target: Target, home: str) -> tuple[str, list[Node]]:
    """The path of a target below the server of a document, and the server that it needs where that is another."""
    parts = urlsplit(home)
    root, prefix = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    if target.origin == root and (target.path + "/").startswith(prefix + "/"):
        return target.path.removeprefix(prefix) or "/", []
    if target.origin == root:
        return target.path, [{"url": root}]
    return target.path, [{"url": target.origin}]


def _finding(code: str, message: str) -> Finding:
    return Finding(code=code, severity="P1", file=DRAFT, line=1, message=one_line(message, 400))
