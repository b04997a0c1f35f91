"""Each fact of the catalogue, corrected: templates and mock server follow it, and the contract holds."""

from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.facts.catalogue import address, apply
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile

from .harbour import harbour_profile
from .test_template_driver import contract_of, failures

SHIPS, EVENTS, TUGS, PRICES = (
    address("objects", name, unit)
    for name, unit in (
        ("ships", "pagination"),
        ("events", "pagination"),
        ("tugs", "pagination"),
        ("prices", "records"),
    )
)


def corrected(*facts: tuple[str, Any]) -> ApiProfile:
    profile = harbour_profile()
    for fact, value in facts:
        profile = apply(profile, Correction(fact=fact, value=value, because="So it is."), known_by="observed")
    return ApiProfile.model_validate_json(profile.to_json())


@pytest.mark.parametrize(
    ("facts", "proven"),
    [
        ([(SHIPS, {"short_page_ends": True}), (SHIPS, {"max_size": None})], "short-page-ends"),
        ([(SHIPS, {"short_page_ends": False})], "short-page-read-on"),
        (
            [("/objects/cranes/pagination", {"style": "page", "short_page_ends": True, "default_size": 4})],
            "short-page-ends",
        ),
        ([(EVENTS, {"next_header": "X-Next"}), (TUGS, {"next_header": "X-Next-Page"})], "read-every-page"),
        ([(SHIPS, {"total_header": "X-Total-Count"})], "short-page-read-on"),
        ([(SHIPS, {"total_path": ["meta", "total"]})], "short-page-read-on"),
        ([("/error_path", ["meta", "error"])], "error-in-good-answer"),
        ([("/headers/X-Version", "2024-01"), ("/headers/x-trace", "always")], "call-operation"),
        ([("/rate_limit", {"statuses": [403, 503], "header": "X-Wait"})], "rate-limit-by-its-signs"),
        ([("/rate_limit", {"header": "X-Wait"})], "rate-limit-by-its-signs"),
        ([(PRICES, {"key_field": "code"})], "read-records"),
        (
            [("/objects/ships/records", {"shape": "table", "record_path": ["result", "rows"]})],
            "read-every-page",
        ),
        (
            [("/objects/events/records", {"shape": "table", "columns_path": ["fields"]})],
            "read-every-page",
        ),
        (
            [
                ("/operations/list_ships/parameters/query/api-version", {"required": True, "default": "2024-01"}),
                ("/operations/list_events/parameters/header/X-Tenant", {"required": True, "enum": ["a", "b"]}),
                ("/operations/search/parameters/query/q", {"required": False}),
                ("/operations/get_tide/parameters/cookie/place", {"required": True}),
            ],
            "missing-argument",
        ),
        ([("/trailing_slash", True)], "call-operation"),
        (
            [
                ("/operations/list_ships/media_type", "application/vnd.harbour+json"),
                ("/operations/get_paper/media_type", "text/csv"),
            ],
            "call-operation",
        ),
        ([("/objects/ships/identifier", "name"), ("/objects/tide/operation", "search")], "read-records"),
        ([("/auth/key", {"kind": "basic"})], "credentials-placed"),
        ([("/auth/key", {"location": "header", "parameter": "X-Key", "prefix": "Key "})], "credentials-placed"),
        ([("/auth/key", {"kind": "bearer"})], "credentials-placed"),
        ([("/base_path", "")], "read-records"),
    ],
)
async def test_what_a_fact_says_is_what_driver_and_mock_server_do(
    tmp_path: Path, facts: list[tuple[str, Any]], proven: str
):
    profile = corrected(*facts)
    report = await contract_of(profile, tmp_path)
    assert failures(report) == []
    assert proven in {b.name for b in report.behaviours}
    assert report.unittests
    assert not report.unittests.failed
