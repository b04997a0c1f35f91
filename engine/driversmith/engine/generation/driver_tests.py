"""What tests/test_client.py of a driver is filled with."""

from typing import Any

from ..contract.surface import TWIN_PREFIX
from ..models.profile import ApiProfile, ObjectProfile
from .sample import Sample, auth_sample, reading
from .source import Construct, Raw, assignment, literal

_PAGE = 2
"""Records of a page, where no request says how many."""


def unittest_values(profile: ApiProfile, class_name: str, found: Sample) -> dict[str, Any]:
    """Variables of the template: the object to read, and what the fake of the API has of it."""
    auth = auth_sample(profile, found.object_name)
    given: dict[str, Any] = {"transport": Raw("self.api"), "max_retries": 0}
    known: dict[str, Any] = {"page_size": _PAGE}
    if auth:
        given |= {**auth.credentials, **({"token_url": "/token"} if auth.token else {})}
        known |= {"credentials": auth.credentials}
    driver, twin = (Construct(name, (), given) for name in (class_name, f"{TWIN_PREFIX}{class_name}"))
    records = (Raw("{OBJECT: RECORDS}"),) if found.object_name else ()
    column = len("        self.driver = ")
    values: dict[str, Any] = {
        "auth": auth,
        "assertions": [_assertion(*expected) for expected in auth.expected] if auth else [],
        "fake_call": literal(Construct("FakeApi", records, known), indent=8, column=len("        self.api = ")),
        "driver_call": literal(driver, indent=8, column=column),
        "async_driver_call": literal(twin, indent=8, column=column),
        "has_arguments": bool(found.arguments),
        "promises_json": _promises_json(profile, found),
    }
    if found.object_name is None:
        return values
    return values | {
        "object_line": assignment("OBJECT", found.object_name),
        "arguments_line": assignment("ARGUMENTS", found.arguments, "dict[str, Any]"),
        "records_line": _records(profile, profile.objects[found.object_name], found.arguments),
    }


def _records(profile: ApiProfile, of: ObjectProfile, arguments: dict[str, Any]) -> str:
    """The records that the fake has: five of a list, or the one that is asked for."""
    reader = reading(profile, of)
    if "read" not in of.operations or of.shape == "record":
        asked = [arguments.get(p.argument) for p in reader.parameters if p.location == "path"] if reader else []
        return assignment("RECORDS", [{of.identifier or "id": asked[-1] if asked else 1}], "list[dict[str, Any]]")
    record = '{"id": n}'
    if of.shape == "map":
        other = "number" if of.key_field == "id" else "id"
        record = f'{{{literal(of.key_field)}: str(n), "{other}": n}}'
    elif reader and reader.response.form in ("csv", "tsv"):
        record = '{"row": f"row {n}"}'
    return f"RECORDS: list[dict[str, Any]] = [{record} for n in range(1, 6)]"


def _promises_json(profile: ApiProfile, found: Sample) -> bool:
    """Whether the read that the tests make must answer JSON: any text is an answer where nothing is promised."""
    operation = reading(profile, profile.objects[found.object_name]) if found.object_name else None
    return operation is not None and operation.response.kind == "json"


def _assertion(where: str, name: str, value: str) -> str:
    if where == "cookie":
        call = Construct("self.assertIn", (f"{name}={value}", Raw('request.headers["Cookie"]')))
    else:
        place = "request.url.params" if where == "query" else "request.headers"
        call = Construct("self.assertEqual", (Raw(f"{place}[{literal(name)}]"), value))
    return literal(call, indent=8, column=8)
