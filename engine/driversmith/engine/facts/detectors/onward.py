"""Ways to the next page that an answer gives and no fact mentions: a Link header, a URL, a cursor."""

import re
from typing import Any

from ...models.facts import Correction
from ..answer import members
from ..catalogue import address
from .case import Case

_URL_KEY = re.compile(
    r"(next|next_?(url|link|page|page_?url|page_?link|uri|href)|@?(odata\.)?nextlink|href|url|uri)\Z", re.IGNORECASE
)
_CURSOR_KEY = re.compile(
    r"(next_?(cursor|token|page_?token|page|marker|key|id|start|offset_?token|continuation_?token)|end_?cursor|cursor"
    r"|continuation(_?token)?|page_?token|scroll_?id|after|marker|bookmark)\Z",
    re.IGNORECASE,
)
_CURSOR_PARAMETER = re.compile(
    r"(cursor|page_?token|next_?(cursor|token|page_?token)|after|starting_?after|start_?after|continuation(_?token)?|marker"
    r"|bookmark|token|scroll_?id|page\[(cursor|after)\])\Z",
    re.IGNORECASE,
)
MOST = 3


def way_on(case: Case) -> list[Correction]:
    """Styles of paging by what the first answer leads to."""
    answer = case.first
    if answer is None or case.described.shape != "list":
        return []
    now = case.described.pagination
    found: list[Correction] = []
    if answer.next_link and now.style != "link_header":
        found.append(_correction(case, {"style": "link_header"}, "a Link header leads to the next page"))
    for keys, value in members(answer.body):
        if keys[: len(case.described.record_path)] == case.described.record_path and case.described.record_path:
            continue
        told = ".".join(keys)
        if _is_next_url(keys, value):
            if (now.style, now.next_path) != ("next_url", keys):
                found.append(
                    _correction(case, {"style": "next_url", "next_path": list(keys)}, f"{told} leads to the next page")
                )
        elif _CURSOR_KEY.match(keys[-1]) and _is_cursor(value):
            for parameter in _parameters(case, keys[-1]):
                if (now.style, now.next_path, now.position_parameter) != ("cursor", keys, parameter):
                    value_ = {"style": "cursor", "next_path": list(keys), "position_parameter": parameter}
                    found.append(_correction(case, value_, f"{told} is a cursor to the next page"))
    return found[:MOST]


def _is_next_url(keys: tuple[str, ...], value: Any) -> bool:
    """A URL, or a path or query of the API's own, under a key that speaks of the next page (`next_billing_date` does not)."""
    if not isinstance(value, str) or not re.match(r"(https?://|/|\?)\S+\Z", value):
        return False
    named = [key for key in keys[-2:] if re.match(r"@?(odata\.)?next", key, re.IGNORECASE)]
    return bool(named) and bool(_URL_KEY.match(keys[-1]))


def _is_cursor(value: Any) -> bool:
    if isinstance(value, bool) or value in (None, "", 0):
        return False
    return isinstance(value, int) or (
        isinstance(value, str) and not re.search(r"\s|://", value) and len(value) <= 2_000
    )


def _parameters(case: Case, key: str) -> list[str]:
    """Query parameters that could take the cursor: those of the description, else the key's own name."""
    known = [p.name for p in case.operation.parameters if p.location == "query" and _CURSOR_PARAMETER.match(p.name)]
    if known:
        return known[:2]
    bare = re.sub(r"^next_?", "", key, flags=re.IGNORECASE)
    return [bare[:1].lower() + bare[1:] if key.lower().startswith("next") and bare else key]


def _correction(case: Case, value: dict[str, Any], because: str) -> Correction:
    return Correction(
        fact=address("objects", case.name, "pagination"),
        value=value,
        because=f"In the answer of {case.operation.signature} {because}.",
    )
