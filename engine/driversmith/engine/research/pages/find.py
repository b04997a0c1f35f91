"""Documentation as a source of descriptions: from a URL to a document with its evidence."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import anyio

from ...models.documentation import Documentation, DocumentationPage, JudgedDescription
from ...models.profile import PAGES, ApiProfile, Evidence
from ...models.prose import Passage, Prose, Researched
from ...network.asking import ApiAsker
from ..documents.nodes import mapping, one_line, sequence, text
from ..documents.parse import Description
from ..evidence import with_evidence
from ..profile import build_profile
from ..sources.page import Page, PageFetcher
from ..worker import run_in_process, run_sized
from .confirm import Confirmed, Doorway, asker, confirm
from .crawl import FEW_PAGES, MOST_PAGES, PARSE_SECONDS, ReadPage, pages_of
from .document import Documented, add_schemes
from .draft import joined, judge_draft
from .reading import documented
from .text.encoding import page_source
from .text.page_text import PageText, read_text

FEW_REQUESTS = 2
MOST_REQUESTS = 12
_LONGEST_PAGE = 400_000
_NO_TEXT = re.compile(r"<(script|style|svg|noscript)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_MOST_PROSE = 1 << 19
_MOST_PASSAGES = 4000


@dataclass(frozen=True)
class FromPages:
    """What documentation says of an API."""

    description: Description
    base_url: str
    """Where the API lives, as its pages say and its answers show; empty where neither does."""
    evidence: dict[str, Evidence] = field(default_factory=dict[str, Evidence])
    """JSON pointer of an operation -> the page that speaks of it, and its words."""
    notes: tuple[str, ...] = ()
    """What a reader of the profile should know, one sentence each."""
    alone: tuple[str, ...] = ()
    """The same, as long as nobody else knows anything of the API."""
    prose: Prose = field(default_factory=Prose)
    """The texts of the pages."""


async def find_documented(
    api_url: str,
    *,
    fetcher: PageFetcher,
    max_bytes: int,
    may_ask: bool,
    is_polite: bool = True,
    say: Callable[[str], None] = lambda _: None,
    kept: dict[str, Page] | None = None,
    fetch: bool = True,
    api: ApiAsker | None = None,
) -> FromPages | None:
    """What the pages at a URL, and those of the same documentation that it links to, say of an API; None where no endpoint is
    told there.

    `may_ask` allows a few GETs to endpoints that the pages tell, to see whether they are there; `is_polite` keeps them and
    the pages few. `kept` are pages that came back before; without `fetch`, no other is read. `api` asks with the user's credentials
    where the API refuses without.
    """
    most = FEW_PAGES if is_polite else MOST_PAGES
    read = await pages_of(api_url, fetcher=fetcher, max_bytes=max_bytes, most=most, say=say, kept=kept, fetch=fetch)
    if not read:
        return None
    texts = [page.text for page in read]
    size = sum(len(page.page.content) for page in read)
    found = await _read_together(size, texts)
    if found is None or not mapping(found.document.get("paths")):
        return None
    confirmed = Confirmed("")
    if found.quotes:
        asks = FEW_REQUESTS if is_polite else MOST_REQUESTS
        door = Doorway(api) if api else None
        confirmed = await confirm(
            found.document,
            page_url=texts[0].url,
            ask=door or asker(fetcher),
            most=asks if may_ask else 0,
            guessed={pointer for pointer, quote in found.quotes.items() if quote.guessed},
        )
        confirmed.schemes = door.schemes if door else {}
    return _from_pages(read, found, confirmed, size)


async def _read_together(size: int, texts: list[PageText]) -> Documented | None:
    """What the pages say; None where reading them takes for ever."""
    with anyio.move_on_after(PARSE_SECONDS):
        return await run_in_process(size, documented, texts)
    return None


def _from_pages(read: Sequence[ReadPage], found: Documented, confirmed: Confirmed, size: int) -> FromPages:
    document = found.document
    if confirmed.base_url:
        document["servers"] = [{"url": confirmed.base_url}]
    add_schemes(document, confirmed.schemes)
    digest = hashlib.sha256()
    for page in read:
        digest.update(page.page.content)
    description = Description(
        location=text(read[0].text.url).partition("?")[0][:500],
        format=_format(found, len(read)),
        document=document,
        sha256=digest.hexdigest(),
        size=size,
        found_by="linked" if found.quotes else "documentation",
    )
    return FromPages(
        description=description,
        base_url=confirmed.base_url,
        evidence={pointer: _evidence(found, confirmed, pointer) for pointer in found.quotes},
        notes=_gone(found, confirmed),
        alone=_alone(found, confirmed),
        prose=_prose(read),
    )


def _format(found: Documented, pages: int) -> str:
    if found.quotes:
        return f"{PAGES} ({pages} {'page' if pages == 1 else 'pages'})"
    version = text(found.document.get("swagger"))
    return f"Swagger {version}" if version else f"OpenAPI {text(found.document.get('openapi'))}"


def _evidence(found: Documented, confirmed: Confirmed, pointer: str) -> Evidence:
    quote = found.quotes[pointer]
    words = one_line(quote.words, 240)
    where = quote.page.partition("?")[0][:500] or pointer
    outcome = confirmed.outcomes.get(pointer)
    if outcome == "there":
        return Evidence(pointer=where, rule=f"the page says {words!r}, and a GET was answered", known_by="observed")
    if quote.guessed:
        return Evidence(pointer=where, rule=f"the page says {words!r} and names no method", known_by="guessed")
    return Evidence(pointer=where, rule=f"the page says {words!r}", known_by="quoted")


def _alone(found: Documented, confirmed: Confirmed) -> tuple[str, ...]:
    if not found.quotes:
        return ()
    there = sum(outcome == "there" for outcome in confirmed.outcomes.values())
    guessed = sum(quote.guessed for quote in found.quotes.values())
    return (
        f"There is no description: {len(found.quotes)} operations were read from pages of documentation, of which {there} were"
        f" answered when asked{f', and {guessed} are taken for GETs because no method is named' if guessed else ''}.",
    )


def _gone(found: Documented, confirmed: Confirmed) -> tuple[str, ...]:
    gone = [pointer for pointer, outcome in confirmed.outcomes.items() if outcome in ("absent", "page")]
    return tuple(
        f"The page speaks of {found.quotes[pointer].words[:120]!r}, but a GET found nothing there."
        for pointer in gone[:5]
        if pointer in found.quotes
    )


def _prose(read: Sequence[ReadPage]) -> Prose:
    kept: dict[str, str] = {}
    room = _MOST_PROSE
    for page in read:
        for block in page.text.blocks:
            said = one_line(block.text, 4000)
            if len(said) < 12 or said in kept:
                continue
            room -= len(said)
            if room < 0 or len(kept) >= _MOST_PASSAGES:
                return Prose(passages=_passages(kept), cut=True)
            kept[said] = page.text.url.partition("?")[0]
    return Prose(passages=_passages(kept))


def _passages(kept: dict[str, str]) -> tuple[Passage, ...]:
    return tuple(Passage(pointer=pointer, text=said) for said, pointer in kept.items())


def is_half(profile: ApiProfile) -> bool:
    """Whether a profile was read from pages, and these say of half of its objects not what they hold."""
    if not profile.source.format.startswith(PAGES):
        return False
    silent = sum(not described.fields for described in profile.objects.values())
    return 2 * silent >= len(profile.objects)


async def documentation_of(
    api_url: str,
    *,
    fetcher: PageFetcher,
    max_bytes: int,
    is_polite: bool,
    say: Callable[[str], None],
    kept: dict[str, Page] | None = None,
) -> Documentation:
    """The pages at a URL and what rules read out of them, as they are kept for an author; empty where no page is there. `kept`
    are pages that came back before."""
    most = FEW_PAGES if is_polite else MOST_PAGES
    read = await pages_of(api_url, fetcher=fetcher, max_bytes=max_bytes, most=most, say=say, kept=kept)
    if not read:
        return Documentation()
    size = sum(len(page.page.content) for page in read)
    found = await _read_together(size, [page.text for page in read]) or Documented({})
    nothing = Confirmed("")
    known = {pointer: _evidence(found, nothing, pointer) for pointer in found.quotes}
    rules = JudgedDescription(document=json.dumps(found.document, ensure_ascii=False), known=known) if known else None
    return Documentation(
        pages=tuple(_kept(page) for page in read),
        found=tuple(endpoint.signature for endpoint in found.endpoints),
        rules=rules or JudgedDescription(),
    )


def _kept(read: ReadPage) -> DocumentationPage:
    source = page_source(read.page.content, read.page.headers.get("content-type", ""))
    bare = _NO_TEXT.sub("", source)
    return DocumentationPage(url=read.text.url, text=_told(read.text)[:_LONGEST_PAGE], source=bare[:_LONGEST_PAGE])


def _told(page: PageText) -> str:
    """A page as an author reads it."""
    lines: list[str] = []
    for block in page.blocks:
        if block.kind == "heading":
            lines.append(f"{'#' * block.level} {block.text}")
        elif block.kind == "code":
            lines.append(f"```\n{block.text}\n```")
        elif block.kind == "row":
            lines.append("| " + " | ".join(" ".join(cell.split()) for cell in block.cells) + " |")
        else:
            lines.append(f"- {block.text}" if block.kind == "item" else block.text)
    return "\n".join(lines)


async def judge_description(
    draft: str,
    documentation: Documentation,
    *,
    api_url: str,
    fetcher: PageFetcher,
    most: int,
    api: ApiAsker | None = None,
) -> JudgedDescription:
    """What of an author's description.yaml the pages say, or at most `most` GETs show; `api` asks with the user's credentials
    where the API refuses without."""
    size = sum(len(page.source) for page in documentation.pages)
    texts = await run_in_process(size, _texts, documentation.pages)
    door = Doorway(api) if api else None
    ask = (door or asker(fetcher)) if most else None
    judged = await judge_draft(draft, texts, api_url=api_url, ask=ask, most=max(0, most - FEW_REQUESTS))
    if ask is None or not judged.document:
        return judged
    document = json.loads(judged.document)
    here = next((page.url for page in documentation.pages), api_url)
    guessed = {pointer for pointer, evidence in judged.known.items() if evidence.kind == "guessed"}
    confirmed = await confirm(document, page_url=here, ask=ask, most=min(FEW_REQUESTS, most), guessed=guessed)
    add_schemes(document, door.schemes if door else {})
    document["servers"] = [{"url": confirmed.base_url}] if confirmed.base_url else document.get("servers", [])
    there = {pointer for pointer, outcome in confirmed.outcomes.items() if outcome == "there"}
    known = {
        pointer: _answered(evidence) if pointer in there else evidence for pointer, evidence in judged.known.items()
    }
    return judged.model_copy(update={"document": json.dumps(document, ensure_ascii=False), "known": known})


def _answered(evidence: Evidence) -> Evidence:
    rule = "; ".join(filter(None, (evidence.rule, "a GET of it was answered")))
    return evidence.model_copy(update={"rule": rule, "known_by": "observed"})


def _texts(pages: Sequence[DocumentationPage]) -> list[PageText]:
    return [read_text(page.source, page.url) for page in pages]


async def study_draft(
    judged: Sequence[JudgedDescription],
    documentation: Documentation,
    *,
    api_name: str,
    api_url: str,
    objects: tuple[str, ...] | None,
) -> Researched | None:
    """The profile of what an author's descriptions, and the rules, prove together; None where that is nothing."""
    whole = joined([*judged, documentation.rules])
    if not whole.document:
        return None
    content = whole.document.encode()
    where = next((page.url for page in documentation.pages), api_url)
    pages = len(documentation.pages)
    description = Description(
        location=where.partition("?")[0][:500],
        format=f"{PAGES} ({pages} {'page' if pages == 1 else 'pages'}, described by an author)",
        document=json.loads(whole.document),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        found_by="linked",
    )
    base_url = text(mapping(sequence(description.document.get("servers"))[0]).get("url")) or api_url
    found = FromPages(
        description, base_url, whole.known, _draft_notes(whole), prose=Prose(passages=_page_prose(documentation))
    )
    profile = await run_sized(len(content), _profiled, found, api_name, objects)
    skipped = (*profile.skipped, *whole.dropped)
    return Researched(profile.model_copy(update={"skipped": skipped}), found.prose)


def _profiled(found: FromPages, api_name: str, objects: tuple[str, ...] | None) -> ApiProfile:
    profile = build_profile(found.description, api_name=api_name, base_url=found.base_url, objects=objects)
    return with_evidence(profile, replace(found.description, evidence=found.evidence, notes=found.notes))


def _draft_notes(whole: JudgedDescription) -> tuple[str, ...]:
    return (
        f"There is no description: an author wrote one from pages of documentation, of which {len(whole.known)} operations are"
        f" said by a page or were answered; {len(whole.dropped)} were dropped because neither is so.",
    )


def _page_prose(documentation: Documentation) -> tuple[Passage, ...]:
    kept: dict[str, str] = {}
    for page in documentation.pages:
        for line in page.text.split("\n"):
            if len(line) >= 12 and len(kept) < _MOST_PASSAGES:
                kept.setdefault(one_line(line, 4000), page.url)
    return _passages(kept)
