"""The whole of research in one call."""

from typing import Any

from driversmith.engine.research.study import study_api

LIST = {
    "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}}
}


async def test_a_url_alone_is_enough(fetcher: Any) -> None:
    document = {
        "swagger": "2.0",
        "info": {"title": "The bin"},
        "host": "public.test",
        "paths": {"/pets": {"get": {"responses": {"200": {"schema": {"type": "array"}}}}}},
    }
    web = fetcher({"http://127.0.0.1:5000/spec.json": (200, "application/json", document)})
    said: list[str] = []
    profile, prose = await study_api(
        api_name="Bin", api_url="http://127.0.0.1:5000", fetcher=web, max_bytes=10_000, progress=said.append
    )
    assert profile.base_url == "http://127.0.0.1:5000"
    assert profile.source.location == "http://127.0.0.1:5000/spec.json"
    assert [server.url for server in profile.servers] == ["https://public.test"]
    assert list(profile.objects) == ["pets"]
    assert "Found Swagger 2.0" in said[-2]
    assert [(passage.pointer, passage.text) for passage in prose.passages] == [("#/info/title", "The bin")]


async def test_a_large_description_is_studied_in_a_process(fetcher: Any) -> None:
    document = {"openapi": "3.0.0", "x-filler": "x" * 600_000, "paths": {"/pets": {"get": LIST}}}
    web = fetcher({"https://api.test": (200, "application/json", document)})
    profile, _ = await study_api(
        api_name="Big", api_url="https://api.test", probe=False, fetcher=web, max_bytes=1 << 20
    )
    assert list(profile.objects) == ["pets"]
    assert profile.source.size > 600_000
