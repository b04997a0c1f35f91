"""Writes that take an idempotency key: sent again with it, as the contract says."""

import json
from pathlib import Path

import pytest
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile

from .test_template_driver import contract_of, failures

TEXT = {"type": "string"}


@pytest.mark.filterwarnings("ignore:The API calls get_refunds deprecated:FutureWarning")
async def test_a_write_with_a_key_is_sent_again_with_it_and_others_are_sent_once(tmp_path: Path):
    payment = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "amount": {"type": "integer"}}}
    content = {"application/json": {"schema": payment}}
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": TEXT}
    answer = {"200": {"description": "", "content": content}}
    rows = {
        "200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": payment}}}}
    }
    create = {"requestBody": {"content": content, "required": True}, "responses": answer}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Bank", "version": "1"},
        "paths": {
            "/payments": {"get": {"responses": rows}, "post": {"parameters": [key], **create}},
            "/refunds": {"get": {"deprecated": True, "responses": rows}, "post": create},
        },
    }
    description = parse_description(json.dumps(document).encode(), location="bank.json", max_bytes=1 << 20)
    profile = build_profile(description, api_name="Bank", base_url="https://bank.example/api")
    report = await contract_of(profile, tmp_path)
    assert failures(report) == []
    proven = {(b.name, b.subject) for b in report.behaviours}
    assert {("writes-repeat-their-key", "payments"), ("writes-sent-once", "refunds")} <= proven
    assert ("writes-stay-on-origin", "payments") in proven, "a key lets no write leave the origin"
    assert report.unittests and not report.unittests.failed
