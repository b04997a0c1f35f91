"""What extensions of OpenAPI say of pages: where records stand, and how one page leads to the next.

`x-ms-pageable` (Azure AutoRest: nextLinkName, itemName; operationName only says who else may follow the link), and
`x-speakeasy-pagination` (Speakeasy: type, inputs, outputs as JSONPath).
"""

import re
from typing import Any, Literal, cast

from ...models.profile import OperationProfile, PaginationProfile, ParameterProfile, PositionPlace
from ..documents.nodes import Node, is_object, mapping, sequence, text

PAGEABLE = "x-ms-pageable"
SPEAKEASY = "x-speakeasy-pagination"
EXTENSIONS = (PAGEABLE, SPEAKEASY)
_STEP = re.compile(r"\.([\w@$-]+)|\['([^']+)'\]|\[\"([^\"]+)\"\]|(\[(?:\(@\.length ?- ?1\)|-1:?)\])")
Role = Literal["page", "offset", "cursor", "limit"]


def told_items(extensions: Node) -> tuple[str, ...] | None:
    """Keys to the list of records, where an extension says them."""
    if is_object(pageable := extensions.get(PAGEABLE)):
        return (text(pageable.get("itemName")) or "value",)
    outputs = mapping(mapping(extensions.get(SPEAKEASY)).get("outputs"))
    return _keys(outputs.get("results")) if "results" in outputs else None


def told_paging(extensions: Node, operation: OperationProfile) -> PaginationProfile | None:
    """How pages follow each other, without sizes; None where no extension says it."""
    if is_object(pageable := extensions.get(PAGEABLE)):
        name = text(pageable.get("nextLinkName"))
        return PaginationProfile(style="next_url", next_path=(name,)) if name else PaginationProfile()
    told = mapping(extensions.get(SPEAKEASY))
    outputs = mapping(told.get("outputs"))
    if told.get("type") == "url" and (path := _keys(outputs.get("nextUrl"))):
        return PaginationProfile(style="next_url", next_path=path)
    roles: tuple[Role, ...] = ("cursor",) if told.get("type") == "cursor" else ("page", "offset")
    for role in roles:
        if (found := _input(told, operation, role)) is None:
            continue
        name, place = found
        size = _input(told, operation, "limit")
        values: dict[str, Any] = {
            "style": role,
            "position_parameter": name,
            "position_in": place,
            "size_parameter": size[0] if size and size[1] == place else None,
        }
        if role != "cursor":
            return PaginationProfile(**values, first=1 if role == "page" else 0)
        if path := _keys(outputs.get("nextCursor")):
            return PaginationProfile(**values, next_path=path)
    return None


def _input(told: Node, operation: OperationProfile, role: Role) -> tuple[str, PositionPlace] | None:
    """The name of the input that plays a role, and where it goes."""
    for node in map(mapping, sequence(told.get("inputs"))):
        name = text(node.get("name"))
        if node.get("type") != role or not name:
            continue
        if node.get("in") == "requestBody":
            return name.removeprefix("$."), "body"
        place = next((p.location for p in operation.parameters if _is(p, name)), None)
        if place in ("query", "header"):
            return name, cast("PositionPlace", place)
    return None


def _is(parameter: ParameterProfile, name: str) -> bool:
    return parameter.name == name and parameter.location in ("query", "header")


def _keys(path: object) -> tuple[str, ...] | None:
    """Keys of a JSONPath; where it leads to the last item of a list, a step through a list means that one. None: it says more."""
    if not isinstance(path, str) or not path.startswith("$"):
        return None
    steps = list(_STEP.finditer(path, 1))
    if "".join(step[0] for step in steps) != path[1:]:
        return None
    return tuple(key for step in steps if (key := step[1] or step[2] or step[3]))
