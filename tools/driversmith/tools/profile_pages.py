"""A session's profile of the API, a page at a time: the API, then its objects, operations and skipped operations."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from driversmith.engine.models.profile import ApiProfile, ProfileSummary
from mcp_types import CallToolResult

from .answers import fitting, page_answer, shortened
from .offsets import offset_of

if TYPE_CHECKING:
    from driversmith.engine.composition import Engine

PAGE = 100
Item = dict[str, Any]


async def profile_page(engine: "Engine", session_id: str, cursor: str | None) -> CallToolResult:
    """One page; empty before the API is researched."""
    text = await engine.journal.file_text(session_id, "profile.json")
    if text is not None:
        items = list(_facts(ApiProfile.model_validate_json(text)))
    else:
        summary = (await engine.result(session_id)).profile
        items = list(_summarised(summary)) if summary else []
    at = offset_of(cursor)
    shown = [shortened(item, 300) for item in items[at : at + PAGE]]
    shown = shown[: fitting(shown)]
    following = str(at + len(shown)) if at + len(shown) < len(items) else None
    return page_answer(shown, following, [_line(item) for item in shown], "facts of the API")


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
    if item["kind"] == "api":
        return f"{item['title']} {item['version']} at {item['base_url']}: {item['objects']} objects, {item['operations']} operations"
    if item["kind"] == "object":
        return f"object {item['name']}: {', '.join(f'{verb} = {call}' for verb, call in item['verbs'].items())}"
    if item["kind"] == "operation":
        return f"operation {item['name']}: {item['signature']}"
    return f"skipped {item['operation']}: {item['reason']} {item['detail']}".rstrip()
