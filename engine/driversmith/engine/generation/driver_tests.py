"""What tests/test_client.py of a driver is filled with."""

from typing import Any

from ..contract.surface import TWIN_PREFIX
from ..models.profile import ApiProfile, ObjectProfile, PaginationProfile, member_keys
from .sample import Sample, auth_sample, reading
from .source import Construct, Raw, assignment, literal

_NO_PAGING = PaginationProfile()
_ASKED = {"query": "request.url.params", "header": "request.headers", "body": 'json.loads(request.content or "{}")'}
"""Where a server finds what page is wanted."""


def unittest_values(profile: ApiProfile, class_name: str, found: Sample) -> dict[str, Any]:
    """Variables of the template: the object to read, and how a server in memory pages it."""
    auth = auth_sample(profile, found.object_name)
    credentials = {**auth.credentials, **({"token_url": "/token"} if auth.token else {})} if auth else {}
    given = {"transport": Raw("network"), "max_retries": 0, **credentials}
    driver, twin = (Construct(name, ("http://test/v1",), given) for name in (class_name, f"{TWIN_PREFIX}{class_name}"))
    values: dict[str, Any] = {
        "object_name": found.object_name,
        "paged": False,
        "in_body": False,
        "asked": "",
        "nested": False,
        "merged": False,
        "table_line": "",
        "next_header": None,
        "many": False,
        "auth": auth,
        "assertions": [_assertion(*expected) for expected in auth.expected] if auth else [],
        "driver_call": literal(driver, indent=8, column=len("        self.driver = ")),
        "async_driver_call": literal(twin, indent=8, column=len("        self.driver = ")),
        "has_arguments": bool(found.arguments),
        "promises_json": _promises_json(profile, found),
    }
    if found.object_name is None:
        return values
    profile_object = profile.objects[found.object_name]
    reads = "read" in profile_object.operations
    shape = profile_object.shape if reads else "record"
    record_path = profile_object.record_path if reads else profile_object.item_path
    paging = profile_object.pagination if reads else _NO_PAGING
    leads_on = paging.style in ("cursor", "next_url") and not (reads and profile_object.goes_on_after_record)
    in_body = leads_on and not paging.next_header
    paged = paging.style != "none" and shape != "record" and not (in_body and not record_path)
    names = (paging.position_parameter or "", paging.size_parameter or "")
    nested = paging.position_in == "body" and any(len(member_keys(name)) > 1 for name in names)
    page = "page" if paged else "RECORDS"
    key = literal(profile_object.key_field)
    inner = profile_object.inner_path if reads and shape == "list" else ()
    served = {
        "list": f"[{_nested('r', inner)} for r in {page}]" if inner else page,
        "record": "RECORDS[0]",
        "map": f"{{r[{key}]: r for r in {page}}}",
        "table": "table",
        "columns": f"{{k: [r[k] for r in {page}] for k in RECORDS[0]}}",
        "features": f'[{{"type": "Feature", "properties": r}} for r in {page}]',
    }[shape]
    return values | {
        "object_line": assignment("OBJECT", found.object_name),
        "arguments_line": assignment("ARGUMENTS", found.arguments, "dict[str, Any]"),
        "paged": paged,
        "in_body": paged and in_body,
        "merged": (paged and in_body) or shape == "table",
        "many": shape != "record",
        "record": f'{{{key}: str(n), "{"number" if key == literal("id") else "id"}": n}}'
        if shape == "map"
        else '{"id": n}',
        "nested_records": served if shape == "table" else _nested(served, record_path),
        "table_line": _table(profile_object, page, record_path) if shape == "table" else "",
        "next_header": paging.next_header if leads_on else None,
        "next_line": assignment("NEXT", paging.next_path),
        "style": paging.style,
        "position": paging.position_parameter if paging.style in ("page", "offset", "cursor") else "start",
        "size_parameter": paging.size_parameter,
        "asked": f"members({_ASKED['body']})" if nested else _ASKED[paging.position_in],
        "nested": paged and nested,
        "page_size": (paging.default_size if paging.short_page_ends else None) or 2,
        "first": paging.first,
        "begins": _begins(profile, found) if paging.style == "cursor" else None,
    }


def _begins(profile: ApiProfile, found: Sample) -> str | None:
    """What the first page is asked for by, where the way to the next one is a cursor; None: by nothing."""
    profile_object = profile.objects[found.object_name or ""]
    paging = profile_object.pagination
    reader = reading(profile, profile_object)
    if paging.first_required:
        return str(paging.first)
    for parameter in reader.parameters if reader else ():
        if parameter.location == paging.position_in and parameter.name == paging.position_parameter:
            value = found.arguments.get(parameter.argument, parameter.fallback)
            return None if value is None else str(value)
    return None


def _promises_json(profile: ApiProfile, found: Sample) -> bool:
    """Whether the read that the tests make must answer JSON: any text is an answer where nothing is promised."""
    operation = reading(profile, profile.objects[found.object_name]) if found.object_name else None
    return operation is not None and operation.response.kind == "json"


def _nested(expression: str, keys: tuple[str, ...]) -> str:
    return ", ".join([f"nest({expression}", *(literal(key) for key in keys)]) + ")" if keys else expression


def _table(profile_object: ObjectProfile, page: str, record_path: tuple[str, ...]) -> str:
    """The body of a table: rows, and the names of their columns."""
    rows = Construct("nest", (Raw(f"[list(r.values()) for r in {page}]"), *record_path))
    columns = Construct("nest", (Raw("list(RECORDS[0])"), *profile_object.columns_path))
    return "table = " + literal(Construct("merge", (rows, columns)), indent=8, column=16)


def _assertion(where: str, name: str, value: str) -> str:
    if where == "cookie":
        call = Construct("self.assertIn", (f"{name}={value}", Raw('request.headers["Cookie"]')))
    else:
        place = "request.url.params" if where == "query" else "request.headers"
        call = Construct("self.assertEqual", (Raw(f"{place}[{literal(name)}]"), value))
    return literal(call, indent=8, column=8)
