"""What tests/test_client.py of a driver is filled with."""

from typing import Any

from ..models.profile import ApiProfile, PaginationProfile
from .sample import Sample, auth_sample
from .source import assignment, literal

_NO_PAGING = PaginationProfile()


def unittest_values(profile: ApiProfile, found: Sample) -> dict[str, Any]:
    """Variables of the template: the object to read, and how a server in memory pages it."""
    auth = auth_sample(profile, found.object_name)
    credentials = {**auth.credentials, **({"token_url": "/token"} if auth.token else {})} if auth else {}
    values: dict[str, Any] = {
        "object_name": found.object_name,
                "paged": False,
        "many": False,
        "auth": auth,
        "credentials_line": assignment("CREDENTIALS", credentials, "dict[str, str]"),
    }
    if found.object_name is None:
        return values
    profile_object = profile.objects[found.object_name]
    reads = "read" in profile_object.operations
    shape = profile_object.shape if reads else "record"
    record_path = profile_object.record_path if reads else profile_object.item_path
    paging = profile_object.pagination if reads else _NO_PAGING
    in_body = paging.style in ("cursor", "next_url")
    paged = paging.style != "none" and shape != "record" and not (in_body and not record_path)
    page = "page" if paged else "RECORDS"
    served = {"list": page, "record": "RECORDS[0]", "map": f'{{r["key"]: r for r in {page}}}'}[shape]
    return values | {
        "object_line": assignment("OBJECT", found.object_name),
        "arguments_line": assignment("ARGUMENTS", found.arguments, "dict[str, Any]"),
        "paged": paged,
        "many": shape != "record",
        "record": '{"key": str(n), "id": n}' if shape == "map" else '{"id": n}',
        "nested_records": _nested(served, record_path),
        "nested_next": _nested("following", paging.next_path),
        "style": paging.style,
        "position": paging.position_parameter if paging.style in ("page", "offset", "cursor") else "start",
        "size_parameter": paging.size_parameter,
        "first": paging.first,
    }


def _nested(expression: str, keys: tuple[str, ...]) -> str:
    return ", ".join([f"nest({expression}", *(literal(key) for key in keys)]) + ")" if keys else expression
