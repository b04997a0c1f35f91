"""Whether pages say that an endpoint is there: what somebody else claims is held against their words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .requests.endpoints import Endpoint, endpoints_of
from .requests.hosts import host_of
from .requests.mentions import Mention, mentions_in
from .requests.targets import Target, read_target
from .text.page_text import PageText

_NEAR = 4
"""Blocks before and after a path in which a method is looked for."""
_WORD = re.compile(r"[A-Za-z][a-z]{2,}([_-][a-z]+)*")
"""A segment that is fixed, and no sample: parameters alone do not stand for it."""
_PARAMETER = r"[^\s/\"'<>?#&]{1,80}"


@dataclass(frozen=True)
class Said:
    """Where pages speak of an endpoint."""

    page: str
    words: str
    guessed: bool = False
    """Whether they name no method, so that a GET is only assumed."""


class Quotes:
    """The words of the pages of one documentation."""

    def __init__(self, pages: Sequence[PageText], api_url: str = "") -> None:
        """`api_url` is where somebody said that the API is: its host counts as named."""
        self._pages = pages
        self._own = {host_of(_root(url)) for url in (api_url, *(page.url for page in pages))}
        self._mentions = [mention for number, page in enumerate(pages) for mention in mentions_in(page, number)]
        found = endpoints_of(pages, self._mentions)
        self.origin = found.origin
        self.base_path = found.base_path
        self.endpoints: tuple[Endpoint, ...] = found.endpoints
        self._words = "\n".join(page.words for page in pages)

    def names_host(self, origin: str) -> bool:
        """Whether a host stands in the pages, or is that of one of them."""
        host = host_of(origin)
        if not host or "{" in host:
            return False
        return host in self._own or bool(
            re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)", self._words, re.IGNORECASE)
        )

    def names(self, word: str) -> bool:
        """Whether a name stands in the pages as a word."""
        return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._words, re.IGNORECASE))

    def of(self, method: str, target: Target, short: str) -> Said | None:
        """The words that say that a method may be sent to a target; `short` is its path without that of its server.

        None where no page does: no words for the path, or another method in them.
        """
        spoken = list(self._speaking(target, short))
        exact = next((m for m in spoken if m.method == method), None)
        if exact is not None:
            return self._said(exact)
        silent = [mention for mention in spoken if mention.method is None]
        if method == "GET" and silent:
            return self._said(silent[0], guessed=True)
        for mention in silent:
            if self._method_near(method, mention.page, mention.block):
                return self._said(mention)
        return self._in_words(method, short) or (self._in_words(method, target.path) if target.path != short else None)

    def _speaking(self, target: Target, short: str) -> Iterator[Mention]:
        """The mentions of a path, the surest first."""
        shorter = read_target(short)
        has_word = shorter is not None and _has_word(shorter)
        for endpoint in self.endpoints:
            below = endpoint.target.segments[len(target.segments) - len(shorter.segments if shorter else ()) :]
            known = (shorter and _has_word(shorter)) or not any(_WORD.fullmatch(part) for part in below)
            if known and _is(target, endpoint.target, with_origin=True):
                yield from endpoint.mentions
        for mention in self._mentions:
            said = mention.target
            if said.origin:
                if has_word and _is(target, said, with_origin=True):
                    yield mention
            elif has_word and (_is(target, said) or (shorter is not None and _is(shorter, said))):
                yield mention

    def _in_words(self, method: str, path: str) -> Said | None:
        """A path that stands in a sentence of any form."""
        segments = [segment for segment in path.partition("?")[0].split("/") if segment]
        if not any("{" not in segment and len(segment) > 1 for segment in segments):
            return None
        parts = [re.sub(r"\\\{[^{}]*\\\}", lambda _: _PARAMETER, re.escape(segment)) for segment in segments]
        pattern = re.compile(r"(?<![\w-])/?" + "/".join(parts) + r"(?![\w{<\[:-]|/[\w{<:\[$])")
        if len(segments) == 1:
            pattern = re.compile(r"(?<![\w:/-])/" + parts[0] + r"(?![\w{<\[:-]|/[\w{<:\[$])")
        for number, page in enumerate(self._pages):
            for index, block in enumerate(page.blocks):
                match = pattern.search(block.text[:20_000])
                if match is None:
                    continue
                if method != "GET" and not self._method_near(method, number, index):
                    continue
                line = " ".join(block.text[max(0, match.start() - 80) : match.end() + 80].split())
                return Said(page.url, line[:240], guessed=not self._method_near(method, number, index))
        return None

    def _method_near(self, method: str, page: int, block: int) -> bool:
        blocks = self._pages[page].blocks[max(0, block - _NEAR) : block + _NEAR + 1]
        return any(re.search(rf"(?<![A-Za-z]){method}(?![A-Z])", block.text[:20_000]) for block in blocks)

    def _said(self, mention: Mention, *, guessed: bool = False) -> Said:
        return Said(self._pages[mention.page].url, mention.quote, guessed)


def _is(claimed: Target, said: Target, *, with_origin: bool = False) -> bool:
    """Whether a page that says one target speaks of the other: fixed parts are the same, a parameter of the claim stands for
    a parameter or a sample of the page."""
    if with_origin and host_of(claimed.origin) != host_of(said.origin):
        return False
    mine, theirs = claimed.segments, said.segments
    if len(mine) != len(theirs):
        return False
    return all(_fits(one, other) for one, other in zip(mine, theirs, strict=True))


def _fits(claimed: str, said: str) -> bool:
    if "{" not in claimed:
        return claimed == said
    pattern = re.sub(r"\\\{[^{}]*\\\}", lambda _: ".+", re.escape(claimed))
    return bool(re.fullmatch(pattern, said))


def _has_word(target: Target) -> bool:
    return any("{" not in segment for segment in target.segments) or not target.segments


def _root(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if rest else ""
