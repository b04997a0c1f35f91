"""Entries of the catalogue, and how they are found by name and by host."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

_GENERIC = re.compile(
    r"\b(rest(ful)?|apis?|web|http|json|the|public|open ?api|swagger|specification|spec|documentation|docs|reference|services?|"
    r"v?\d+(\.\d+)*|version|official|developers?|beta|general|explorer|interactive|ui)\b",
    re.IGNORECASE,
)
"""Words of a title that tell no API from another."""
_SUFFIXES = frozenset(
    (
        "com",
        "org",
        "net",
        "io",
        "co",
        "gov",
        "edu",
        "ac",
        "uk",
        "au",
        "de",
        "in",
        "eu",
        "us",
        "ca",
        "jp",
        "br",
        "fr",
        "ai",
        "app",
        "dev",
    )
)
_ALSO_CALLED = {"googleapis": ("google",), "amazonaws": ("amazon", "aws"), "azure": ("microsoft azure",)}
"""Providers whose hosts are called otherwise than they are."""
_PLACEHOLDER = re.compile(
    r"(\A|\.)(localhost|local|example|invalid|your-?\w*|my-?\w*|hostname|domain|tenant|subdomain|company|server|host)(\.|\Z)|"
    r"\A(127|10|192\.168|169\.254)\.|githubusercontent|raw\.github",
    re.IGNORECASE,
)
"""Hosts that stand for another, and hosts of files."""
FROM_DESCRIPTION = "{description}"
"""In place of a base URL: only the description says it."""
READABLE = frozenset({"openapi", "swagger"})


@dataclass(frozen=True)
class CatalogueSource:
    """Where entries come from."""

    name: str
    url: str
    licence: str
    date: str
    """When it was read: YYYY-MM-DD."""


@dataclass(frozen=True)
class Entry:
    """One API, or one version of it."""

    key: str
    """`github.com/api.github.com`: provider and service."""
    title: str
    version: str
    bases: tuple[str, ...]
    """Base URLs; may hold `{variables}`."""
    descriptions: tuple[tuple[str, str], ...]
    """Format (`openapi`, `swagger`, `google`, ...) and URL, the provider's own first."""
    source: CatalogueSource

    @property
    def provider(self) -> str:
        """The provider's host."""
        return self.key.partition("/")[0]

    @cached_property
    def url(self) -> str:
        """Where the API is: its first base URL that is whole, by preference one with https; "" where there is none."""
        return next(iter(sorted((base.rstrip("/") for base in self.places), key=lambda base: base[:5] != "https")), "")

    @property
    def places(self) -> tuple[str, ...]:
        """Its base URLs that are whole, and no placeholders."""
        return tuple(
            base
            for base in self.bases
            if "{" not in base and _host(base) and not _PLACEHOLDER.search(_host(base).partition(":")[0])
        )

    @property
    def readable(self) -> tuple[str, ...]:
        """URLs of descriptions that research reads."""
        return tuple(url for kind, url in self.descriptions if kind in READABLE)


@dataclass(frozen=True)
class Candidate:
    """An API that may be meant: where it is, and what describes it."""

    api_url: str
    """Its base URL; where nobody knows it, the URL of its description."""
    entries: tuple[Entry, ...]

    @property
    def title(self) -> str:
        """How the catalogue calls it."""
        return self.entries[0].title or self.entries[0].key

    @property
    def told(self) -> str:
        """One line for a person."""
        return f"{self.title} at {self.api_url}"


class Catalogue:
    """All entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    def by_name(self, name: str) -> list[Candidate]:
        """The APIs that are called so, whatever the spelling: those of that title or of a provider with one API, else those of a
        service of that name, else all of a provider of that name. Nothing is found by a part of a name."""
        wanted = _bare_name(name)
        if not wanted or not _letters(_GENERIC.sub(" ", name)):
            return []
        spellings = {wanted, _letters(name)}
        for names_of in (self._titles, _service_names, _provider_names):
            if found := _candidates([entry for entry in self.entries if spellings & names_of(entry)]):
                return found
        return []

    def by_url(self, url: str, name: str = "") -> list[Candidate]:
        """The APIs at the host of a URL: those whose base URL it is or lies below, the narrowest; else those that lie below it. Where
        several do, those that are called `name`, if any is."""
        host, typed = _host(url), urlsplit(url).path.rstrip("/") + "/"
        here = [
            (entry, urlsplit(base).path.rstrip("/") + "/")
            for entry in self.entries
            for base in entry.places
            if _host(base) == host
        ]
        around = [(entry, path) for entry, path in here if host and typed.startswith(path)]
        longest = max((len(path) for _, path in around), default=0)
        found = [entry for entry, path in around if len(path) == longest]
        if longest <= 1:  # the host alone: what lies below it may be meant as well
            found += [entry for entry, path in here if path.startswith(typed)]
        found = list(dict.fromkeys(found))
        wanted = _bare_name(name)
        for names_of in (self._titles, _service_names) if wanted and len(found) > 1 else ():
            if called := [entry for entry in found if wanted in names_of(entry)]:
                return _candidates(called)
        return _candidates(found)

    def _titles(self, entry: Entry) -> frozenset[str]:
        """Its title, bare; the provider's name, too, where this is the provider's only API, or says so in its title."""
        title = _bare_name(entry.title)
        word = _letters(_provider_word(entry.provider))
        is_providers = entry.key == entry.provider and (self._count[entry.provider] == 1 or word in title)
        return frozenset({title, *(_provider_names(entry) if is_providers else ())} - {""})

    @cached_property
    def _count(self) -> Counter[str]:
        return Counter(entry.provider for entry in self.entries)


def _candidates(entries: Sequence[Entry]) -> list[Candidate]:
    """One for each API: what has the same title at the same URL is another version. An API that its key names the host of comes
    before copies of it elsewhere."""
    placed: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.url and entry.descriptions:
            placed.setdefault((entry.url, _bare_name(entry.title)), []).append(entry)
    named = {
        (url, title): group
        for (url, title), group in placed.items()
        if any(_host(url) == e.key.rpartition("/")[2] for e in group)
    }
    if len({title for _, title in placed}) == 1 and named:
        placed = named
    if placed:
        return [Candidate(url, tuple(group)) for (url, _), group in placed.items()]
    unplaced = [entry for entry in entries if entry.readable and entry.bases == (FROM_DESCRIPTION,)]
    return [Candidate(entry.readable[0], (entry,)) for entry in unplaced]


def _host(url: str) -> str:
    """Host and, where it is not the usual one, port: http and https are one place."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts.hostname + (f":{port}" if port not in (None, 80, 443) else "")


def _service_names(entry: Entry) -> frozenset[str]:
    """Its service, alone and after the provider's name; "" for none."""
    _, _, service = entry.key.partition("/")
    if not service:
        return frozenset()
    word, own = (
        _provider_word(entry.provider),
        _letters(_GENERIC.sub(" ", re.sub(r"[_/-]", " ", service))) or _letters(service),
    )
    return frozenset({own, *(_letters(name) + own for name in (word, *_ALSO_CALLED.get(word, ())))})


def _provider_names(entry: Entry) -> frozenset[str]:
    word = _provider_word(entry.provider)
    return frozenset({_letters(entry.provider), _letters(word), *map(_letters, _ALSO_CALLED.get(word, ()))} - {""})


def _provider_word(host: str) -> str:
    """`github` of `github.com`, `nytimes` of `developer.nytimes.com`."""
    words = [word for word in host.split(".") if word]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return words[-1] if words else ""


def _bare_name(name: str) -> str:
    plain = re.sub(r"\(.*?\)", " ", name)
    return _letters(_GENERIC.sub(" ", re.sub(r"[_/]", " ", plain))) or _letters(plain)


def _letters(text: str) -> str:
    """A text for comparing, without case, space and punctuation, in any script."""
    return re.sub(r"[\W_]+", "", text.casefold())
