"""Each fact of the catalogue, corrected: templates and mock server follow it, and the contract holds."""

from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.facts.catalogue import address, apply
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile

from .harbour import harbour_profile
from .test_template_driver import contract_of, failures

SHIPS, BERTHS, EVENTS, CRANES, TUGS = (
    address("objects", name, "pagination") for name in ("ships", "berths", "events", "cranes", "tugs")
)


def corrected(*facts: tuple[str, Any]) -> ApiProfile:
    profile = harbour_profile()
    for fact, value in facts:
        profile = apply(profile, Correction(fact=fact, value=value, because="So it is."), known_by="observed")
    return ApiProfile.model_validate_json(profile.to_json())


IN_HEADERS_AND_SHORT = (
    (SHIPS, {"short_page_ends": True, "max_size": None}),
    (BERTHS, {"position_in": "header", "position_parameter": "X-Offset", "size_parameter": "X-Size", "max_size": 20}),
    (EVENTS, {"next_header": "X-Next"}),
    (CRANES, {"style": "page", "short_page_ends": True, "default_size": 4}),
    (TUGS, {"next_header": "X-Next-Page"}),
    ("/objects/prices/records", {"key_field": "code"}),
    ("/objects/berths/records", {"inner_path": ["node", "berth"]}),
    ("/error_path", ["meta", "error"]),
    ("/headers/X-Version", "2024-01"),
    ("/headers/x-trace", "always"),
    ("/trailing_slash", True),
)
IN_TABLES_AND_LONG = (
    ("/objects/ships/records", {"shape": "table", "record_path": ["result", "rows"]}),
    (SHIPS, {"short_page_ends": False}),
    (BERTHS, {"total_header": "X-Total-Count"}),
    ("/objects/events/records", {"shape": "table", "columns_path": ["fields"]}),
    ("/rate_limit", {"statuses": [403, 503], "header": "X-Wait"}),
    ("/operations/list_ships/parameters/query/api-version", {"required": True, "default": "2024-01"}),
    ("/operations/list_events/parameters/header/X-Tenant", {"required": True, "enum": ["a", "b"]}),
    ("/operations/search/parameters/query/q", {"required": False}),
    ("/operations/get_tide/parameters/cookie/place", {"required": True}),
    ("/operations/list_ships/media_type", "application/vnd.harbour+json"),
    ("/operations/get_paper/media_type", "text/csv"),
    ("/auth/key", {"kind": "basic"}),
)
IN_BODIES_AND_ELSEWHERE = (
    ("/objects/events/operation", "create_ship"),
    (EVENTS, {"position_in": "body"}),
    ("/objects/tugs/operation", "create_ship"),
    (TUGS, {"style": "page", "first": 0, "position_in": "body", "size_parameter": "count", "max_size": 5}),
    (SHIPS, {"total_path": ["meta", "total"]}),
    ("/objects/ships/identifier", "name"),
    ("/objects/tide/operation", "search"),
    ("/rate_limit", {"header": "X-Wait"}),
    ("/auth/key", {"location": "header", "parameter": "X-Key", "prefix": "Key "}),
    ("/base_path", ""),
    ("/operations/get_ship/path", "/vessels/{ship_id}"),
)


@pytest.mark.parametrize(
    ("facts", "proven"),
    [
        (
            IN_HEADERS_AND_SHORT,
            {("short-page-ends", "ships"), ("short-page-ends", "cranes"), ("error-in-good-answer", "ships")},
        ),
        (
            IN_TABLES_AND_LONG,
            {("short-page-read-on", "ships"), ("read-every-page", "events"), ("rate-limit-by-its-signs", "ships")},
        ),
        (
            IN_BODIES_AND_ELSEWHERE,
            {("short-page-read-on", "ships"), ("read-every-page", "events"), ("read-own-page-size", "tugs")},
        ),
    ],
    ids=["in headers", "in tables", "in bodies"],
)
async def test_what_facts_say_is_what_driver_and_mock_server_do(
    tmp_path: Path, facts: tuple[tuple[str, Any], ...], proven: set[tuple[str, str]]
):
    report = await contract_of(corrected(*facts), tmp_path)
    assert failures(report) == []
    assert proven <= {(b.name, b.subject) for b in report.behaviours}
    assert report.unittests
    assert not report.unittests.failed
