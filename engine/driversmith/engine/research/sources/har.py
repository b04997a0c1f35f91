"""Recordings of a browser's or a proxy's requests (HTTP Archive 1.2): the API that was asked, told by its JSON."""

import base64
import re
from typing import Any
from urllib.parse import urldefrag, urlsplit

from ..documents.nodes import Node, mapping, sequence, text, whole_number
from ..documents.parse import Description, read_object
from ..observed.actions import asks_for_action
from ..observed.redaction import Secrets, is_secret_name
from ..observed.requests import MOST_REQUESTS, Recorded, decoded_answer, describe_requests

KIND = "HAR recording"
_MARK = re.compile(rb'\s*\{\s*"log"\s*:\s*\{\s*"(version|creator|browser|pages|entries|comment)"')
_LONGEST_ANSWER = 2 << 20
"""Bytes of one answer that are looked at; a larger one is cut off, and no JSON then."""
_MOST_ANSWERS = 2_000
_NO_API = re.compile(
    r"(image|font|video|audio|text/(css|html|javascript|plain)|application/(x-)?(javascript|font|ecmascript|wasm))",
    re.I,
)
_FILES = re.compile(r"\.(js|mjs|css|png|jpe?g|gif|svg|ico|woff2?|ttf|map|html?|webp|mp4|wasm)\Z", re.IGNORECASE)


def is_meant(content: bytes) -> bool:
    """Whether bytes that begin so are a recording."""
    return bool(_MARK.match(content[:2000].removeprefix(b"\xef\xbb\xbf")))


def read(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """What was recorded of one API: that of `api_url`, or the one most asked.

    Raises:
        DescriptionError: it is broken or too large, or nothing of an API was recorded.
    """
    entries = sequence(mapping(read_object(content, location=location, max_bytes=max_bytes).get("log")).get("entries"))
    secrets, requests, notes = Secrets(), list[Recorded](), list[str]()
    deeds: dict[str, None] = {}
    left_out = 0
    for index, entry in enumerate(entries[:MOST_REQUESTS]):
        request = _request(mapping(entry), index, len(requests) < _MOST_ANSWERS, secrets)
        if request is None:
            left_out += 1
        elif request.method == "GET" and asks_for_action(request.url):
            deeds.setdefault(urlsplit(request.url).path)
        else:
            requests.append(request)
    if len(entries) > MOST_REQUESTS:
        notes.append(f"Of {len(entries):,} recorded requests the first {MOST_REQUESTS:,} are read.")
    if left_out:
        notes.append(f"{left_out:,} recorded requests are none to an API (pages, scripts, images, failures).")
    if deeds:
        named = ", ".join(path for path in list(deeds)[:5] if re.fullmatch(r"[a-zA-Z/_-]{1,60}", path))
        notes.append(f"{len(deeds)} GETs that would do something are left out" + (f": {named}." if named else "."))
    return describe_requests(
        requests,
        content,
        location=location,
        kind=KIND,
        api_url=api_url,
        secrets=secrets,
        known_by="observed",
        keeps_headers=False,
        notes=notes,
    )


def _request(entry: Node, index: int, keeps_answer: bool, secrets: Secrets) -> Recorded | None:
    """A recorded request; None where it is none to an API, or failed."""
    asked, answered = mapping(entry.get("request")), mapping(entry.get("response"))
    url = urldefrag(text(asked.get("url"))[:8000]).url
    status = whole_number(answered.get("status")) or 0
    headers = _pairs(asked.get("headers"))
    told = {name.lower(): value for name, value in _pairs(answered.get("headers"))}
    for cookie in (*sequence(asked.get("cookies")), *sequence(answered.get("cookies"))):
        secrets.drop(mapping(cookie).get("value"))
    for name, value in told.items():
        if name == "set-cookie" or is_secret_name(name):
            secrets.drop(value)
            secrets.drop(value.partition(";")[0].partition("=")[2])
    kept = mapping(answered.get("content"))
    kind = (text(kept.get("mimeType")) or told.get("content-type", "")).partition(";")[0].strip().lower()
    path = urlsplit(url).path if url.startswith(("http://", "https://")) else None
    body = _content(kept) if status < 400 else ""
    is_json = "json" in kind or (body.lstrip()[:1] in ("{", "[") and "html" not in kind and "script" not in kind)
    if (
        path is None
        or (status not in range(200, 300) and status != 304)
        or (not is_json and (_NO_API.match(kind) or _FILES.search(path)))
    ):
        return None
    if status == 304:
        status = 200
    sent = mapping(asked.get("postData"))
    fields = tuple(text(mapping(pair).get("name")) for pair in sequence(sent.get("params"))[:200])
    for pair in sequence(sent.get("params"))[:200]:
        if is_secret_name(text(mapping(pair).get("name"))):
            secrets.drop(mapping(pair).get("value"))
    target = path + (f"?{urlsplit(url).query}" if urlsplit(url).query else "")
    answer = decoded_answer(target, status, {**told, "content-type": kind}, body if keeps_answer else "")
    return Recorded(
        method=text(asked.get("method")).upper(),
        url=url,
        headers=tuple(headers),
        body=text(sent.get("text"))[:_LONGEST_ANSWER],
        body_type=text(sent.get("mimeType")).partition(";")[0].strip().lower(),
        fields=tuple(filter(None, fields)),
        answers=(answer,),
        pointer=f"#/log/entries/{index}",
    )


def _content(kept: Node) -> str:
    told = kept.get("text")
    if not isinstance(told, str) or len(told) > _LONGEST_ANSWER:
        return ""
    if text(kept.get("encoding")).lower() != "base64":
        return told
    try:
        return base64.b64decode(told).decode("utf-8", "replace")
    except ValueError:
        return ""


def _pairs(node: Any) -> list[tuple[str, str]]:
    pairs = [(text(mapping(pair).get("name")), text(mapping(pair).get("value"))) for pair in sequence(node)[:200]]
    return [pair for pair in pairs if pair[0] and not pair[0].startswith(":")]
