"""Postman collections 2.0 and 2.1: folders of requests, with answers that were saved. Their scripts are never run."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag, urlsplit

from ..documents.nodes import Node, is_list, is_object, mapping, sequence, text, whole_number
from ..documents.parse import Description, read_object
from ..observed.redaction import Secrets, is_secret_name
from ..observed.requests import MOST_REQUESTS, Recorded, decoded_answer, describe_requests, plain_segment
from ..openapi.servers import origin

KIND = "Postman collection"
_SCHEMA = re.compile(rb'"schema"\s*:\s*"https?:(\\?/){2}schema\.(get)?postman\.com(\\?/)json(\\?/)collection(\\?/)v2')
_VARIABLE = re.compile(r"\{\{\s*([^{}]{1,100}?)\s*\}\}")
_DEEPEST = 30
_MOST_ANSWERS = 5
"""Saved answers of one request that are looked at."""


def is_meant(content: bytes) -> bool:
    """Whether bytes are a collection: its schema is named, wherever it stands."""
    return content[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and bool(_SCHEMA.search(content))


def read(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """What the collection's requests ask of one API: that of `api_url`, or the one most asked.

    Raises:
        DescriptionError: it is broken or too large, or holds no request.
    """
    root = read_object(content, location=location, max_bytes=max_bytes)
    root = mapping(root.get("collection")) or root
    reading = _Reading(root, api_url)
    requests = list(reading.requests())
    notes = ["The collection's scripts are not run."] if reading.has_scripts else []
    info = mapping(root.get("info"))
    return describe_requests(
        requests,
        content,
        location=location,
        kind=KIND,
        api_url=api_url,
        secrets=reading.secrets,
        known_by="quoted",
        title=text(info.get("name")),
        description=_prose(info.get("description")),
        notes=notes,
    )


class _Reading:
    """One collection while it is read."""

    def __init__(self, root: Node, api_url: str) -> None:
        self.secrets = Secrets()
        self.has_scripts = bool(root.get("event"))
        self._root = root
        self._api_url = api_url.partition("?")[0].rstrip("/")
        self._variables: dict[str, str] = {}
        self._take_variables(root)

    def requests(self) -> Iterator[Recorded]:
        """Every request of every folder, at most MOST_REQUESTS."""
        waiting: list[tuple[Node, str, Any, tuple[str, ...]]] = [(self._root, "#", self._root.get("auth"), ())]
        count = 0
        while waiting:
            folder, pointer, auth, names = waiting.pop()
            below: list[tuple[Node, str, Any, tuple[str, ...]]] = []
            for index, item in enumerate(sequence(folder.get("item"))):
                if not is_object(item):
                    continue
                place = f"{pointer}/item/{index}"
                self.has_scripts = self.has_scripts or bool(item.get("event"))
                asked = item.get("request")
                asked = {"url": asked} if isinstance(asked, str) else asked
                if is_object(asked) and count < MOST_REQUESTS:
                    count += 1
                    chosen = asked.get("auth") or item.get("auth") or auth
                    if (request := self._request(item, asked, chosen, place)) is not None:
                        yield request
                if "item" in item and len(names) < _DEEPEST:
                    self._take_variables(item)
                    below.append((item, place, item.get("auth") or auth, (*names, text(item.get("name")))))
            waiting += reversed(below)

    def _take_variables(self, node: Node) -> None:
        for entry in sequence(node.get("variable"))[:500]:
            variable = mapping(entry)
            name, value = text(variable.get("key") or variable.get("id")), text(variable.get("value"))
            if is_secret_name(name) or text(variable.get("type")).lower() == "secret":
                self.secrets.drop(value)
            elif name and len(value) < 2000:
                self._variables.setdefault(name, value)

    def _request(self, item: Node, asked: Node, auth: Any, pointer: str) -> Recorded | None:
        url, listed = self._url(asked.get("url"))
        if not url:
            return None
        headers = self._headers(asked.get("header"))
        body, kind, fields = self._body(mapping(asked.get("body")))
        schemes, in_query = self._auth(mapping(auth))
        told = next(
            (value.partition(";")[0].strip().lower() for name, value in headers if name.lower() == "content-type"), ""
        )
        answers = tuple(self._answers(item, url))
        return Recorded(
            method=(text(asked.get("method")) or "GET").upper(),
            url=url,
            headers=tuple(headers),
            body=body,
            body_type=told or kind,
            fields=fields,
            answers=answers,
            query=(*listed, *in_query),
            schemes=schemes,
            summary=text(item.get("name")),
            description=_prose(asked.get("description")),
            pointer=pointer,
        )

    def _url(self, node: Any) -> tuple[str, list[str]]:
        """The URL, variables filled in where that is safe, and names in the query that are switched off."""
        raw = node if isinstance(node, str) else text(mapping(node).get("raw"))
        off: list[str] = []
        if is_object(node):
            raw = raw or self._put_together(node)
            for entry in sequence(node.get("query"))[:200]:
                pair = mapping(entry)
                if pair.get("disabled") is True and text(pair.get("key")):
                    off.append(text(pair.get("key")))
        address, mark, query = urldefrag(raw.strip()[:8000]).url.partition("?")
        address = self._filled(address)
        if match := re.match(r"\{\{[^{}]*\}\}", address):
            address = self._api_url + "/" + address[match.end() :].lstrip("/")
        elif "://" not in address:
            address = f"https://{address}" if "." in address.partition("/")[0] else ""
        address = _VARIABLE.sub(lambda m: "{" + plain_segment(m.group(1)) + "}", address)
        address = re.sub(
            r"(?<=/):([A-Za-z_][\w-]*)(?=[/.]|\Z)", lambda m: "{" + plain_segment(m.group(1)) + "}", address
        )
        kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] not in off]
        kept = [name + equals + self._filled(value) for name, equals, value in (pair.partition("=") for pair in kept)]
        url = address + (mark + "&".join(kept) if kept else "")
        return (url if origin(url) and urlsplit(url).hostname and "{" not in urlsplit(url).netloc else ""), off

    def _put_together(self, node: Node) -> str:
        host, path = node.get("host"), node.get("path")
        where = ".".join(map(text, host)) if is_list(host) else text(host)
        below = (
            "/".join(text(mapping(p).get("value")) or text(p) for p in path)
            if is_list(path)
            else text(path).lstrip("/")
        )
        scheme = text(node.get("protocol"))
        pairs = [mapping(pair) for pair in sequence(node.get("query"))]
        query = "&".join(f"{text(pair.get('key'))}={text(pair.get('value'))}" for pair in pairs)
        port = f":{text(node.get('port'))}" if node.get("port") else ""
        return (f"{scheme}://" if scheme else "") + f"{where}{port}/{below}" + (f"?{query}" if query else "")

    def _filled(self, value: str) -> str:
        for _ in range(5):
            filled = _VARIABLE.sub(lambda m: self._variables.get(m.group(1)) or m.group(0), value)[:8000]
            if filled == value:
                break
            value = filled
        return value

    def _headers(self, node: Any) -> list[tuple[str, str]]:
        if isinstance(node, str):
            pairs = [line.partition(":")[::2] for line in node.splitlines()]
        else:
            given = [mapping(pair) for pair in sequence(node)[:100]]
            pairs = [(text(p.get("key")), text(p.get("value"))) for p in given if p.get("disabled") is not True]
        return [(name.strip(), self._filled(value).strip()) for name, value in pairs if name.strip()]

    def _body(self, body: Node) -> tuple[str, str, tuple[str, ...]]:
        """The text, its type, and the names of a form."""
        mode = text(body.get("mode"))
        if mode == "raw":
            language = text(mapping(mapping(body.get("options")).get("raw")).get("language"))
            told = text(body.get("raw"))
            kind = "application/json" if language == "json" or told.lstrip()[:1] in ("{", "[") else "text/plain"
            return re.sub(r'(?<!")\{\{[^{}]*\}\}(?!")', "0", told) if kind.endswith("json") else "x", kind, ()
        if mode in ("urlencoded", "formdata"):
            pairs = [mapping(pair) for pair in sequence(body.get(mode))[:200]]
            for pair in pairs:
                if is_secret_name(text(pair.get("key"))):
                    self.secrets.drop(pair.get("value"))
            names = tuple(text(pair.get("key")) for pair in pairs if text(pair.get("key")))
            kind = "application/x-www-form-urlencoded" if mode == "urlencoded" else "multipart/form-data"
            return "", kind, names
        if mode == "graphql":
            return '{"query": "", "variables": {}}', "application/json", ()
        return ("x", "application/octet-stream", ()) if mode == "file" else ("", "", ())

    def _auth(self, auth: Node) -> tuple[tuple[Node, ...], tuple[str, ...]]:
        """The schemes that an auth object names, and a key in the query; every value in it is a secret."""
        kind = text(auth.get("type")).lower()
        members = auth.get(kind)
        pairs = (
            members
            if is_object(members)
            else {text(mapping(m).get("key")): mapping(m).get("value") for m in sequence(members)}
        )
        for name, value in pairs.items():
            if name not in ("key", "in", "tokenType", "headerPrefix", "addTokenTo", "grant_type"):
                self.secrets.drop(value)
                self.secrets.drop(self._filled(text(value)))
        if kind in ("bearer", "oauth2", "jwt"):
            return ({"type": "http", "scheme": "bearer"},), ()
        if kind == "basic":
            return ({"type": "http", "scheme": "basic"},), ()
        if kind == "apikey":
            name = self._filled(text(pairs.get("key"))) or "X-API-Key"
            place = "query" if text(pairs.get("in")) == "query" else "header"
            return ({"type": "apiKey", "in": place, "name": name},), ()
        return (({"type": kind},) if kind and kind != "noauth" else ()), ()

    def _answers(self, item: Node, url: str) -> Iterator[Any]:
        for entry in sequence(item.get("response"))[:_MOST_ANSWERS]:
            saved = mapping(entry)
            status = whole_number(saved.get("code")) or 0
            headers = {name.lower(): value for name, value in self._headers(saved.get("header"))}
            for name, value in headers.items():
                if is_secret_name(name) or name == "set-cookie":
                    self.secrets.drop(value.partition(";")[0].partition("=")[2] if name == "set-cookie" else value)
            parts = urlsplit(url)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if 200 <= status < 300:
                yield decoded_answer(target, status, headers, text(saved.get("body"))[: 2 << 20])


def _prose(node: Any) -> str:
    return text(mapping(node).get("content")) if is_object(node) else text(node)
