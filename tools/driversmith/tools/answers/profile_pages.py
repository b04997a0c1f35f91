"""A session's profile of the API, a page at a time: the API, then its objects, operations and skipped operations."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from driversmith.engine.models.profile import ApiProfile, ProfileSummary
from driversmith.engine.views.weights import compact
from mcp_types import CallToolResult

from .list_pages import Item, offset_page

if TYPE_CHECKING:
    from driversmith.engine.api import Engine


async def profile_page(
    engine: "Engine", session_id: str, cursor: str | None, *, search: str | None = None
) -> CallToolResult:
    """One page; empty before the API is researched. With `search`, of the objects and operations that have all of its words."""
    text = await engine.journal.file_text(session_id, "profile.json")
    if text is not None:
        items = list(_facts(ApiProfile.model_validate_json(text)))
    else:
        summary = (await engine.result(session_id)).profile
        items = list(_summarised(summary)) if summary else []
    if search is not None:
        items = [item for item in items if _has(item, search.lower().split())]
    return offset_page(items, _line, cursor, "facts of the API", of_api=True)


def _has(item: Item, words: list[str]) -> bool:
    """Whether an object or operation speaks of all of these words, in whatever part of a name."""
    told = [item.get(key, "") for key in ("name", "signature", "summary", "operation")]
    text = " ".join(map(str, (*told, *item.get("verbs", {}).values()))).lower()
    return item["kind"] != "api" and all(word in text for word in words)


def _facts(profile: ApiProfile) -> Iterator[Item]:
    yield {
        "kind": "api",
        **profile.model_dump(
            mode="json",
            include={
                "api_name",
                "title",
                "version",
                "description",
                "documentation_url",
                "base_url",
                "source",
                "rate_limit",
            },
        ),
        "servers": [server.url for server in profile.servers],
        "auth": [a.model_dump(mode="json", include={"name", "kind", "location", "parameter"}) for a in profile.auth],
        "warnings": list(profile.warnings),
        "objects": len(profile.objects),
        "operations": len(profile.operations),
        "skipped": len(profile.skipped),
    }
    for found in profile.objects.values():
        verbs = {verb: profile.operations[name].signature for verb, name in found.operations.items()}
        yield {
            "kind": "object",
            "name": found.name,
            "verbs": verbs,
            "pagination": found.pagination.style,
            "identifier": found.identifier,
            "filters": list(found.filters),
            "fields": {name: field.type for name, field in found.fields.items()},
        }
    for operation in profile.operations.values():
        yield {
            "kind": "operation",
            "name": operation.name,
            "signature": operation.signature,
            "summary": operation.summary,
            "arguments": {p.argument: "required" if p.required else "optional" for p in operation.parameters},
            "body": operation.body.argument if operation.body else None,
        }
    yield from ({"kind": "skipped", **skipped.model_dump(mode="json")} for skipped in profile.skipped)


def _summarised(summary: ProfileSummary) -> Iterator[Item]:
    whole = summary.model_dump(mode="json", exclude={"objects", "pagination", "skipped"})
    yield {"kind": "api", **whole, "objects": len(summary.objects), "skipped": len(summary.skipped)}
    for name, verbs in summary.objects.items():
        yield {"kind": "object", "name": name, "verbs": verbs, "pagination": summary.pagination.get(name, "none")}
    yield from ({"kind": "skipped", **skipped.model_dump(mode="json")} for skipped in summary.skipped)


def _line(item: Item) -> str:
    """The item in words; what it says besides comes as JSON behind them."""
    told = {name: value for name, value in item.items() if name != "kind" and value not in (None, "", [], {}, ())}
    said = {"api": _api_said, "object": _object_said, "operation": _operation_said, "skipped": _skipped_said}
    words = said[item["kind"]](told)
    return f"{words} {compact(told)}" if told else words


def _api_said(told: Item) -> str:
    title, version, url = told.pop("title", ""), told.pop("version", ""), told.pop("base_url", "")
    return f"{title} {version} at {url}: {told.pop('objects', 0)} objects, {told.pop('operations', 0)} operations"


def _object_said(told: Item) -> str:
    return f"object {told.pop('name')}: {', '.join(f'{verb} = {call}' for verb, call in told.pop('verbs', {}).items())}"


def _operation_said(told: Item) -> str:
    return f"operation {told.pop('name')}: {told.pop('signature')}"


def _skipped_said(told: Item) -> str:
    return f"skipped {told.pop('operation')}: {told.pop('reason')} {told.pop('detail', '')}".rstrip()
