"""Which mentions are requests that the API takes: not those that it sends, nor what else pages name."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from ..text.page_text import PageText
from .hosts import domain_of, host_of, is_elsewhere, is_example, looks_like_api, root_of
from .mentions import Mention
from .targets import Target

ENOUGH_WORTH = 10
"""Worth of a host from which on a URL of it in a sentence counts."""
_ASSET = re.compile(
    r"\.(css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|eot|mp[34]|zip|gz|tgz|pdf|exe|dmg|apk|html?|md|bak|jar)$",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"/(docs?|documentation|blog|terms|privacy|pricing|about|contact|login|log-in|sign-?(in|up)|register|faq|help|support|news"
    r"|wiki|community|forum|legal|account|dashboard|changelog|download|guides?|tutorials?|sponsors?|careers|cookies)(/|$|\.html?$|\.php$)",
    re.IGNORECASE,
)
_INCOMING = re.compile(
    r"\b(webhooks?|callbacks?|events? notification|we (will )?(send|post|call|make)|your (server|endpoint|url))\b",
    re.IGNORECASE,
)
_HOOK = re.compile(r"\b(webhooks?|callbacks?)\b", re.IGNORECASE)
_ABOUT_HOOKS = re.compile(r"webhook|callback|hook|subscri", re.IGNORECASE)
_COMMAND = r"\W{0,2} (slash )?commands?\b"


def without_incoming(pages: Sequence[PageText], mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions without those of requests that the API sends."""
    headings = [_headings(page) for page in pages]
    return [m for m in mentions if not _is_incoming(pages[m.page], headings[m.page][m.block], m)]


def _headings(page: PageText) -> list[str]:
    """For each block the heading above it."""
    found: list[str] = []
    last = ""
    for block in page.blocks:
        last = block.text[:300] if block.kind == "heading" else last
        found.append(last)
    return found or [""]


def _is_incoming(page: PageText, heading: str, mention: Mention) -> bool:
    near = " ".join(block.text[:600] for block in page.blocks[max(0, mention.block - 1) : mention.block + 1])[:600]
    if is_example(host_of(mention.target.origin)) and _INCOMING.search(near + heading):
        return True
    if mention.target.origin or _ABOUT_HOOKS.search(mention.target.path):
        return False
    return bool(_HOOK.search(heading)) and bool(_INCOMING.search(near))


def taken(pages: Sequence[PageText], mentions: Sequence[Mention], origins: Counter[str]) -> list[Mention]:
    """The mentions that count as requests; `origins` are those of the API, with their worth."""
    kept = [mention for mention in mentions if _is_taken(mention, pages[mention.page], origins)]
    return [*kept, *_siblings(mentions, kept)]


def _is_taken(mention: Mention, page: PageText, origins: Counter[str]) -> bool:
    target = mention.target
    host = host_of(target.origin)
    is_other = is_elsewhere(host) and domain_of(host) != domain_of(host_of(root_of(page.url)))
    if mention.signal == "base" or mention.method == "OPTIONS" or is_other:
        return False
    if mention.signal in ("method_path", "embedded"):
        return True
    if host and target.origin not in origins:
        return False
    if mention.signal == "call":
        return _is_no_file(target) or looks_like_api(target.origin, "")
    is_site = bool(_SITE.search(target.path)) and not looks_like_api(target.origin, target.path)
    if is_site or _is_page_itself(target, page) or not _is_no_file(target):
        return False
    return _IS_TAKEN[mention.signal](mention, origins)


def _labelled(_: Mention, __: Counter[str]) -> bool:
    return True


def _in_code(mention: Mention, _: Counter[str]) -> bool:
    return bool(mention.target.origin)


def _marked(mention: Mention, _: Counter[str]) -> bool:
    target = mention.target
    if target.origin:
        return not mention.linked or looks_like_api(target.origin, target.path)
    return not re.search(re.escape(target.path) + _COMMAND, mention.quote)


def _listed(mention: Mention, origins: Counter[str]) -> bool:
    return _in_prose(mention, origins) if mention.target.origin else not mention.linked


def _in_prose(mention: Mention, origins: Counter[str]) -> bool:
    target = mention.target
    if not target.origin:
        return False
    if looks_like_api(target.origin, target.path):
        return True
    return not mention.linked and (target.is_template or origins[target.origin] >= ENOUGH_WORTH)


_IS_TAKEN: dict[str, Callable[[Mention, Counter[str]], bool]] = {
    "labelled": _labelled,
    "code": _in_code,
    "span": _marked,
    "path": _listed,
    "prose": _in_prose,
}


def _siblings(mentions: Iterable[Mention], kept: Sequence[Mention]) -> Iterable[Mention]:
    """Linked URLs that stand in the same folder as a request: a list of methods, each a link to itself."""
    folders = {(m.target.origin, m.target.path.rpartition("/")[0]) for m in kept if m.target.origin}
    known = set(map(id, kept))
    for mention in mentions:
        folder = mention.target.path.rpartition("/")[0]
        if id(mention) in known or not mention.linked or not folder or (mention.target.origin, folder) not in folders:
            continue
        if not _ASSET.search(mention.target.path) and not _SITE.search(mention.target.path):
            yield mention


def _is_no_file(target: Target) -> bool:
    return target.is_template or not _ASSET.search(target.path)


def _is_page_itself(target: Target, page: PageText) -> bool:
    if not page.url or not target.origin or target.query:
        return False
    here = urlsplit(page.url)
    return host_of(target.origin) == (here.hostname or "") and target.path.rstrip("/") == here.path.rstrip("/")
