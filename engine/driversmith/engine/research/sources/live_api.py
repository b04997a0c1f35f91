"""The API itself, where nobody describes it: a few polite GETs from its root along what it lists, and what they show."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import anyio

from ...errors import ResearchError
from ...facts.answer import answer_of
from ...facts.detectors.disguised import error_path
from ...facts.detectors.limits import is_limit
from ...models.profile import AuthScheme
from ...network.addresses import origin_of
from ...network.asking import MAX_BYTES, ApiAsker, Asked
from ..documents.nodes import is_list, is_object
from ..documents.parse import Description
from ..matching import covers
from ..observed.actions import asks_for_action
from ..observed.admission import Admission
from ..observed.document import Sample, Shown, Untried, describe
from ..observed.known_servers import known_paths
from ..observed.links import Link, guessed, has_link_items, links_of, resource_names, without
from ..observed.pages import alternates, fetched, page_links, scripts, title_of
from ..observed.paging import asked_for, is_next, ways
from ..observed.parameters import parameters_of
from ..observed.secrets import secret_parameters, without_parameters
from ..observed.shapes import collection_in, is_paged
from ..observed.ways_in import scheme_of
from ..openapi.servers import origin
from .port import Search
from .standing import is_document, is_weak, listed

logger = logging.getLogger(__name__)

ROOTS = ("/api", "/api/v1", "/v1", "/v2/", "/rest", "/api/v2", "/rest/v1", "/api/rest")
"""Where the root of an API is tried where its host shows nothing; the first three where few requests may go out."""
MOST_COLLECTIONS = 30
MOST_GUESSES = 12
"""Of places that one answer only suggests."""
DEEPEST = 4
SECONDS = 90.0
"""For asking in all."""
MOST_PATIENCE = 10.0
"""Seconds that are waited where the API asks for it, once."""
GIVE_UP_AFTER = 3
"""Questions in a row that the API does not answer."""
FOR_PROOF = 3
"""Of few requests, those left for reading what was found through a driver."""
_IDENTIFIERS = ("id", "uuid", "_id", "slug", "key", "code", "name")
_NAMES = re.compile(r"(login|logout|signin|signout|oauth|authorize)", re.IGNORECASE)


async def find(search: Search) -> Description | None:
    """What the API shows of itself, asked with GETs alone; None where it shows nothing or may not be asked.

    Raises:
        ResearchError: code `authentication_required` where it refuses whoever asks without a credential.
    """
    if search.known is not None and not _shows_more(search, search.known):
        return None
    if search.asker is None:
        search.tried.append(
            "The API itself was not asked, since live=false allows no request to it: give live=auto, or a description."
        )
        return None
    walk = _Walk(search, search.asker)
    try:
        with anyio.move_on_after(SECONDS) as scope:
            await walk.run()
        if scope.cancelled_caught:
            walk.end(f"it took longer than {SECONDS:g} seconds")
    except ResearchError:
        raise
    except (ValueError, KeyError, TypeError, RecursionError):  # edge: no odd answer may cost what was found before it
        logger.exception("asking the API itself failed")
    return walk.described()


def _shows_more(search: Search, known: Description) -> bool:
    """Whether the API has more than is known: pages are known that name URLs alone, or what stood at its URL leads mostly to what
    is not known."""
    start = search.start
    if start is None or not is_document(known):
        return is_weak(known)
    if start.url.partition("?")[0] == known.location:  # that is the description
        return False
    body = answer_of("/", start.status, dict(start.headers), start.content).body
    links = [link for link in links_of(body, start.url) if not link.is_template] if body is not None else []
    return bool(links) and not covers(known, listed([link.urls[0] for link in links]))


@dataclass
class _Group:
    """What one answer suggested: where nothing of it is there, the answer is what it looked like at first."""

    fallback: Sample | None = None
    record: Sample | None = None
    """What the answer is where nothing that it seems to lead to is there."""
    above: "_Group | None" = None
    lists: int = 0
    others: int = 0
    asked: int = 0
    planned: int = 0

    def has_list(self) -> None:
        """A collection was found along it."""
        self.lists += 1
        if self.above is not None:
            self.above.has_list()


@dataclass(order=True)
class _Place:
    """A place to be asked."""

    rank: tuple[int, int]
    link: Link = field(compare=False)
    depth: int = field(compare=False)
    told_by: str = field(compare=False)
    group: _Group = field(compare=False)


class _Walk:
    """One walk along an API's answers."""

    def __init__(self, search: Search, asker: ApiAsker) -> None:
        self._search = search
        self._asker = asker
        self._reserved = FOR_PROOF if search.is_polite else 0
        self._url = search.start.url.partition("#")[0] if search.start else search.api_url
        asker.move(origin_of(self._url))
        self._secret = secret_parameters(self._url)
        self._typed = urlsplit(self._url).path
        self._places: list[_Place] = []
        self._seen: set[str] = set()
        self._untried: dict[str, Untried] = {}
        self._refused_actions: list[str] = []
        self._groups: list[_Group] = []
        self._order = 0
        self._silent = 0
        self._has_waited = False
        self._over = ""
        self._admission = Admission(self._put, asker.credentials)
        self._large: list[str] = []
        self.samples: list[Sample] = []

    def end(self, why: str) -> None:
        """Ask no more."""
        self._over = self._over or why

    async def run(self) -> None:
        """Ask from the root on, what is likeliest to be a collection first."""
        self._search.say(f"Asking the API itself, with at most {self._left} GETs")
        start = await self._first()
        if start is not None:
            await self._take(start, Link("", (start.url,)), 0, _Group())
        await self._follow()
        if not self.samples:
            await self._other_roots()
        await self._second_pages()
        if not self._search.is_polite:
            await self._single_records()

    def described(self) -> Description | None:
        """The document of what was found; None where nothing was.

        Raises:
            ResearchError: the API refuses everything for lack of a credential.
        """
        for group in self._groups:
            if group.fallback is not None and not group.lists and (group.asked or not group.planned):
                self._keep(group.fallback)
        for group in self._groups if not self.samples else ():
            if group.record is not None and group.asked and self._admission.refused is None:
                self._keep(group.record)
        if not self.samples:
            if self._admission.refused is not None:
                raise self._authentication_required(self._admission.refused)
            why = self._over or "none of its answers holds records or leads to any"
            self._search.tried.append(f"The API itself was asked {self._asker.asked} GETs: {why}.")
            self._search.tried += self._large[:2]
            return None
        self.samples.sort(key=lambda sample: sample.shape is None)
        lists = sum(sample.shape is not None for sample in self.samples)
        told = f"{self._asker.asked} GETs of {self._asker.asked + self._asker.left} allowed: {lists} collections found"
        self._search.say(f"Asked the API itself {told}")
        return describe(
            Shown(
                api_url=without_parameters(self._url, self._secret),
                samples=self.samples,
                untried=list(self._untried.values()),
                auth=self._admission.schemes,
                notes=self._notes(),
                alone=[f"No description was found: the facts come from answers of the API itself ({told})."],
            )
        )

    def _notes(self) -> list[str]:
        notes: list[str] = []
        if self._over:
            names = list(dict.fromkeys(place.link.name for place in sorted(self._places)))[:10]
            named = f": {', '.join(names)} were named and not asked" if names else ""
            more = "; live=true asks more" if self._search.is_polite else ""
            notes.append(f"Asking ended early, since {self._over}; there may be more collections{named}{more}.")
        notes += self._large[:5]
        if self._secret:
            notes.append(
                f"{', '.join(self._secret)} of the URL is taken for a credential, and kept nowhere: store it with"
                f" driversmith credentials set {origin(self._url)} query.{self._secret[0]}."
            )
        if self._refused_actions:
            named = ", ".join(self._refused_actions[:10])
            notes.append(f"Not asked, since their paths speak of doing something: {named}.")
        if self._admission.refused is not None:
            notes.append(
                f"The API refuses {urlsplit(self._admission.refused.url).path[:200]} without a credential: give one"
                " (driversmith credentials set ORIGIN), and what is there can be found, too."
            )
        return notes

    @property
    def _left(self) -> int:
        return max(0, self._asker.left - (self._reserved if self.samples else min(self._reserved, 1)))

    async def _first(self) -> Asked | None:
        """What stands at the URL: as it was read already, or asked with a credential."""
        page = self._search.start
        if page is None:
            return await self._ask(self._url)
        if len(page.content) > MAX_BYTES:
            self._note_large(self._url)
            return None
        self._seen.add(_bare(self._url))
        parts = urlsplit(self._url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        asked = Asked(self._url, answer_of(target, page.status, dict(page.headers), page.content), page.content)
        return await self._settled(asked)

    async def _follow(self) -> None:
        while self._places and not self._is_over():
            self._places.sort()
            place = self._places.pop(0)
            group = place.group
            if group.fallback is not None and group.others >= 2 and not group.lists:
                continue  # entries that lead to single records are records
            if place.link.is_guess and not group.lists and group.asked >= MOST_GUESSES:
                continue
            group.asked += 1
            for url in place.link.urls:
                if self._is_over() or not self._may_ask(url, listed=True):
                    continue
                asked = await self._ask(url)
                if asked is not None and asked.answer.is_good:
                    await self._take(asked, place.link, place.depth, group)
                    break
                if asked is not None and asked.answer.status not in (0, 404, 405):
                    break

    def _is_over(self) -> bool:
        if self._over:
            return True
        if self._left < 1:
            self._over = f"the {self._asker.asked} GETs for it were used up"
        elif len([s for s in self.samples if s.shape]) >= MOST_COLLECTIONS:
            self._over = f"{MOST_COLLECTIONS} collections are enough"
        return bool(self._over)

    def _may_ask(self, url: str, *, below: str = "", listed: bool = False) -> bool:
        if _bare(url) in self._seen or origin(url) != origin(self._url):
            return False
        path = urlsplit(url).path
        if asks_for_action(url, below=below or self._typed, listed=listed) or _NAMES.search(
            path.removeprefix(self._typed)
        ):
            if path not in self._refused_actions:
                self._refused_actions.append(path[:100])
            return False
        return True

    async def _ask(self, url: str) -> Asked | None:
        """The answer, after what it takes to be let in; None where none came or no more may be asked."""
        self._seen.add(_bare(url))
        asked = await self._put(url, self._admission.auth)
        return await self._settled(asked) if asked is not None else None

    async def _put(self, url: str, auth: tuple[AuthScheme, ...] | None) -> Asked | None:
        if self._left < 1:
            return None
        asked = await self._asker.ask(url, auth)
        if asked is None:
            return None
        if asked.is_too_large:
            self._note_large(asked.url)
            return None
        if asked.answer.status == 0:
            self._silent += 1
            if self._silent >= GIVE_UP_AFTER:
                self._over = f"the API stopped answering ({asked.problem.rstrip('.')})"
            return None
        self._silent = 0
        return asked

    def _note_large(self, url: str) -> None:
        self._large.append(
            f"{urlsplit(url).path[:200]} answers with more than {MAX_BYTES >> 20} MiB, which is not read."
        )

    async def _settled(self, asked: Asked) -> Asked | None:
        """The answer once the API lets in; None where it does not."""
        if asked.answer.status == 429 or (asked.answer.status in (403, 503) and is_limit(asked.answer)):
            return await self._waited(asked)
        return await self._admission.settled(asked)

    async def _waited(self, asked: Asked) -> Asked | None:
        told = asked.answer.headers.get("retry-after", "")
        pause = float(told) if told.isdecimal() else 1.0
        if self._has_waited or pause > MOST_PATIENCE:
            self._over = "the API says that too much was asked"
            return None
        self._has_waited = True
        await anyio.sleep(pause)
        again = await self._put(asked.url, self._admission.auth)
        if again is not None and again.answer.status in (429, 503):
            self._over = "the API says that too much was asked"
            return None
        return again

    async def _take(self, asked: Asked, link: Link, depth: int, group: _Group) -> None:
        """Make of an answer what it shows: a collection, a root, one record, or nothing."""
        answer = asked.answer
        if not answer.is_good:
            return
        if depth == 0:
            title = title_of(asked.content) if asked.is_html else ""
            for path in known_paths(answer.headers, title, answer.body):
                self._plan(
                    Link(path.partition("?")[0].rpartition("/")[2], (self._at_origin(path),)), 1, asked.url, _Group()
                )
        if asked.is_html or answer.body is None:
            await self._take_page(asked, depth)
            return
        if error_path(answer, ()):
            return
        name = link.name or _last_word(asked.url)
        shape = collection_in(answer, name, origin(self._url))
        links = links_of(answer.body, asked.url)
        sample = Sample(self._kept(asked.url), name, answer, shape, link.query, next(iter(self._admission.schemes), ""))
        if shape is not None and not self._is_root(sample, links, depth):
            group.has_list()
            self._keep(sample)
            return
        inner = _Group(fallback=sample if shape is not None else None, above=group)
        self._groups.append(inner)
        dumped = resource_names(answer.body)
        if dumped and not (shape is not None and is_paged(answer, shape)):
            links = [guessed(key, _folder(asked.url)) for key in dumped]
            inner.fallback = sample
        if links and depth < DEEPEST:
            for found in links:
                self._plan(found, depth + 1, asked.url, inner)
        if links and shape is None and (self._typed.strip("/") or _is_record(answer.body)):
            inner.record = sample
        if not links:
            group.others += 1
            if depth or _is_record(answer.body) or (self._typed.strip("/") and is_object(answer.body) and answer.body):
                self._keep(replace(sample, shape=None))

    def _kept(self, url: str) -> str:
        """A URL as it may stand in the facts: a key that was typed into its query becomes a credential."""
        if not self._secret or not (found := secret_parameters(url)):
            return url
        for name in found:
            scheme = scheme_of(name, "api_key", {"location": "query", "parameter": name, "prefix": ""})
            self._admission.schemes.setdefault(name, scheme)
        return without_parameters(url, found)

    def _is_root(self, sample: Sample, links: list[Link], depth: int) -> bool:
        """Whether an answer with a list lists where to go on, rather than records."""
        if sample.shape is None:
            return True
        if sample.shape.shape == "map" and links and not is_paged(sample.answer, sample.shape):
            return True
        records = sample.shape.records(sample.answer.body)
        if not links or is_paged(sample.answer, sample.shape):
            return (
                bool(resource_names(sample.answer.body))
                and not is_paged(sample.answer, sample.shape)
                and not sample.shape.path[1:]
            )
        if all(isinstance(record, str) for record in records):
            return len(records) <= 60 and (depth == 0 or all(link.urls and not link.is_guess for link in links))
        if has_link_items(records):
            return depth == 0 or len(records) <= 20
        path = sample.shape.path
        outside = links_of(without(sample.answer.body, path), sample.url) if path else []
        return depth <= 1 and any(not link.is_guess for link in outside)

    async def _take_page(self, asked: Asked, depth: int) -> None:
        """A page for people: its own JSON form first, else what it leads to."""
        forms = [
            url for url in alternates(asked.content, asked.answer.headers, asked.url) if _bare(url) not in self._seen
        ]
        if forms:
            self._plan(Link(_last_word(asked.url), (forms[0],)), depth, asked.url, _Group(), first=True)
        if depth > 1 or (depth and forms) or not asked.is_html:
            return
        group = _Group()
        links = page_links(asked.content, asked.url)
        if depth == 0 and not forms:
            for script in scripts(asked.content, asked.url)[: 1 if self._search.is_polite else 2]:
                if self._is_over():
                    break
                read = await self._put(script, self._admission.auth)
                text = read.content.decode("utf-8", "replace") if read and read.answer.is_good else ""
                found = [self._near(target, asked.url) for target in fetched(text)]
                links = [*(Link(_last_word(url), (url,)) for url in found if url), *links]
        for link in links[: 4 if self._search.is_polite else 16]:
            self._plan(link, depth + 1, asked.url, group)

    def _plan(self, link: Link, depth: int, told_by: str, group: _Group, *, first: bool = False) -> None:
        """Ask a place later, or only name it where something has to be filled in."""
        if link.is_template:
            self._untried.setdefault(link.urls[0], Untried(link.urls[0], link.name, told_by, link.query))
            return
        self._order += 1
        group.planned += 1
        self._places.append(_Place((0 if first else 1 + link.is_guess, self._order), link, depth, told_by, group))

    def _keep(self, sample: Sample) -> None:
        if all(_bare(known.url) != _bare(sample.url) for known in self.samples):
            self.samples.append(sample)

    async def _other_roots(self) -> None:
        """Roots below the URL, and at its host, where the URL itself shows nothing."""
        places = [self._at_origin(self._typed.rstrip("/") + path) for path in ROOTS]
        start = self._search.start
        if start is not None and start.status == 200 and not start.content.strip():  # as a registry of images answers
            places.insert(0, self._at_origin("/v2/"))
        if self._typed.strip("/"):
            places += [self._at_origin(path) for path in ("/", *ROOTS)]
        for url in dict.fromkeys(places[:3] if self._search.is_polite else places):
            if self._is_over() or self.samples:
                return
            if not self._may_ask(url):
                continue
            asked = await self._ask(url)
            if asked is not None and asked.answer.is_good and not asked.is_html:
                before = self._url
                self._url = asked.url if not urlsplit(asked.url).query else before
                await self._take(asked, Link("", (asked.url,)), 0, _Group())
                await self._follow()
                if not self.samples and not any(g.fallback for g in self._groups):
                    self._url = before

    async def _second_pages(self) -> None:
        """The second page of each collection that says that it has one, and not how it is asked for."""
        for number, sample in enumerate(self.samples):
            if sample.shape is None:
                continue
            shown = tuple(str(p["name"]) for p in parameters_of(sample.answer, sample.shape.path, sample.query))
            found = ways(sample.answer, sample.shape, sample.name or "records", shown)
            for way in found[: 2 if self._search.is_polite else len(found)]:
                if self._is_over():
                    return
                url = asked_for(sample.url, way)
                self._seen.add(_bare(url))
                asked = await self._put(url, self._admission.auth)
                if asked is not None and is_next(sample.answer, asked.answer, sample.shape):
                    self.samples[number] = replace(sample, way=way)
                    break

    async def _single_records(self) -> None:
        """One record of each collection by its identifier: whether there is such a path, and what identifies."""
        for number, sample in enumerate(self.samples):
            if self._is_over():
                return
            if sample.shape is None or "?" in sample.url:
                continue
            for name, value in list(_identifiers(sample.shape.records(sample.answer.body)))[:1]:
                url = f"{sample.url.rstrip('/')}/{quote(value, safe='')}"
                if not self._may_ask(url, below=urlsplit(sample.url).path):
                    continue
                asked = await self._ask(url)
                if asked is not None and asked.answer.is_good and _holds(asked.answer.body, name, value):
                    self.samples[number] = replace(sample, item_url=url, item_field=name, item=asked.answer)

    def _authentication_required(self, refused: Asked) -> ResearchError:
        challenge = refused.answer.headers.get("www-authenticate", "").partition(" ")[0][:40]
        asked = f" (it asks for {challenge})" if challenge else ""
        place = origin(self._url)
        given = self._asker.credentials is not None
        how = "Correct the credentials of" if given else "Give a credential for"
        return ResearchError(
            f"The API answers nothing without a credential: HTTP {refused.answer.status} at"
            f" {urlsplit(refused.url).path[:200] or '/'}{asked}"
            + ("; the credential that is set was refused." if given else "."),
            code="authentication_required",
            next_action=f"{how} {place}: driversmith credentials set {place}; or give a description as spec.",
        )

    def _at_origin(self, path: str) -> str:
        parts = urlsplit(self._url)
        path, _, query = path.partition("?")
        return urlunsplit((parts.scheme, parts.netloc, path or "/", query, ""))

    def _near(self, target: str, url: str) -> str:
        place = urljoin(url, target).partition("#")[0]
        return place if origin(place) == origin(self._url) else ""


def _bare(url: str) -> str:
    """A URL for comparing: a slash at the end makes no difference."""
    path, mark, query = url.partition("#")[0].partition("?")
    return path.rstrip("/") + mark + query


def _folder(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[0] if urlsplit(url).path.strip("/") else url


def _last_word(url: str) -> str:
    words = [part for part in urlsplit(url).path.split("/") if part]
    return words[-1].partition(".")[0] or words[-1] if words else ""


def _is_record(body: Any) -> bool:
    """Whether an object at the root can be a record: it has members that are more than a greeting."""
    return is_object(body) and len(body) > 3


def _identifiers(records: list[Any]) -> Iterator[tuple[str, str]]:
    """Fields of the first record that can identify it, with their values; only such as differ in all records."""
    if not records or not all(is_object(record) for record in records):
        return
    for name in _IDENTIFIERS:
        values = [record.get(name) for record in records]
        plain = all(isinstance(value, str | int) and not isinstance(value, bool) and value != "" for value in values)
        if plain and len(set(map(str, values))) == len(values) and len(str(values[0])) <= 80:
            yield name, str(values[0])


def _holds(body: Any, name: str, value: str) -> bool:
    """Whether an answer is the record that was asked for, itself or under a key."""
    inside = [body, *(body.values() if is_object(body) else ())]
    return any(is_object(found) and str(found.get(name)) == value for found in inside) and not is_list(body)
