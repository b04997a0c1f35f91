"""Documentation as a source of descriptions: from a URL to a document with its evidence."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...errors import ResearchError
from ...models.profile import ApiProfile, Evidence
from ...models.prose import Passage, Prose
from ..documents.nodes import mapping, one_line, text
from ..documents.parse import Description
from ..sources.page import Page, PageFetcher
from ..worker import run_in_process
from .actions import holds_action
from .confirm import Confirmed, asker, confirm
from .crawl import FEW_PAGES, MOST_PAGES, ReadPage, pages_of
from .document import Documented
from .reading import documented

FEW_REQUESTS = 2
MOST_REQUESTS = 12
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
    prose: Prose = Prose()
    """The texts of the pages."""


async def find_documented(
    api_url: str,
    *,
    fetcher: PageFetcher,
    max_bytes: int,
    may_ask: bool,
    is_polite: bool = True,
    say: Callable[[str], None] = lambda _: None,
    start: Page | None = None,
) -> FromPages | None:
    """What the pages at a URL, and those of the same documentation that it links to, say of an API; None where no endpoint is
    told there.

    `may_ask` allows a few GETs to endpoints that the pages tell, to see whether they are there; `is_polite` keeps them and
    the pages few. `start` is what stands at the URL, where that was read already.
    """
    most = FEW_PAGES if is_polite else MOST_PAGES
    read = await pages_of(api_url, fetcher=fetcher, max_bytes=max_bytes, most=most, say=say, first=start)
    if not read:
        return None
    texts = [page.text for page in read]
    size = sum(len(page.page.content) for page in read)
    found = await run_in_process(size, documented, texts)
    if not mapping(found.document.get("paths")):
        return None
    confirmed = Confirmed("")
    if found.quotes:
        asks = FEW_REQUESTS if is_polite else MOST_REQUESTS
        confirmed = await confirm(
            found.document, page_url=texts[0].url, ask=asker(fetcher), most=asks if may_ask else 0
        )
    return _from_pages(read, found, confirmed, size)


def _from_pages(read: Sequence[ReadPage], found: Documented, confirmed: Confirmed, size: int) -> FromPages:
    document = found.document
    if confirmed.base_url:
        document["servers"] = [{"url": confirmed.base_url}]
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
        notes=_notes(found, confirmed),
        prose=_prose(read),
    )


def _format(found: Documented, pages: int) -> str:
    if found.quotes:
        return f"documentation ({pages} {'page' if pages == 1 else 'pages'})"
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


def _notes(found: Documented, confirmed: Confirmed) -> tuple[str, ...]:
    if not found.quotes:
        return ()
    there = sum(outcome == "there" for outcome in confirmed.outcomes.values())
    guessed = sum(quote.guessed for quote in found.quotes.values())
    notes = [
        f"There is no description: {len(found.quotes)} operations were read from pages of documentation, of which {there} were"
        f" answered when asked{f', and {guessed} are taken for GETs because no method is named' if guessed else ''}."
    ]
    gone = [pointer for pointer, outcome in confirmed.outcomes.items() if outcome in ("absent", "page")]
    notes += [
        f"The page speaks of {found.quotes[pointer].words[:120]!r}, but a GET found nothing there."
        for pointer in gone[:5]
    ]
    return tuple(notes)


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


def with_evidence(profile: ApiProfile, found: FromPages) -> ApiProfile:
    """The profile with what its pages say as evidence; what would do something when it is read is an operation, no object."""
    operations = {
        name: operation.model_copy(update={"evidence": known})
        if (known := found.evidence.get(operation.evidence.pointer))
        else operation
        for name, operation in profile.operations.items()
    }
    objects = {
        name: described
        for name, described in profile.objects.items()
        if not any(
            verb in ("read", "read_one") and holds_action(operations[operation].bare_path)
            for verb, operation in described.operations.items()
        )
    }
    return profile.model_copy(
        update={"operations": operations, "objects": objects, "warnings": (*found.notes, *profile.warnings)}
    )


def nothing_told(api_url: str, missing: ResearchError) -> ResearchError:
    """The error where neither a description nor a page tells an endpoint."""
    return ResearchError(
        f"{missing.message} Nor does a page there tell any endpoint of {one_line(api_url.partition('?')[0], 200)}.",
        code=missing.code,
        next_action=missing.next_action,
    )
