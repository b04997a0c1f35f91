"""APIs that nobody describes, by their URL alone, through whole sessions: all records, in order."""

import sys
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine import open_engine
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.settings import Settings

BENCH = Path(__file__).parents[3] / "bench"


@pytest.fixture(autouse=True)
def _bench_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


async def _made(name: str, tmp_path: Path, live: str) -> tuple[Any, dict[str, Any], list[str]]:
    """The result, the records of each object, and what was asked until the driver was there."""
    from undescribed.every import EVERY
    from undescribed.serving import Served

    api = EVERY[name]
    async with Served(api) as served:
        settings = Settings(home=tmp_path, allow_local=frozenset({served.url.removeprefix("http://")}))
        if api.credentials:
            settings.credentials_file.write_text(f'["{served.url}"]\n{api.credentials}')
            settings.credentials_file.chmod(0o600)
        request = {"api_name": "Harbour", "api_url": served.url + api.typed, "output_dir": str(tmp_path / "out")}
        async with open_engine(settings) as engine:
            started = await engine.start(
                GenerateRequest.model_validate({**request, "engine": "template", "live": live})
            )
            result = await engine.wait(started.session_id, seconds=None)
            asked = list(served.asked)
            project = Path(result.output_path or "")
            read = {name: await engine.read_driver(project, name, limit=10_000) for name in api.truth}
    return result, read, asked


@pytest.mark.parametrize(
    "name",
    [
        "drf",
        "spring",
        "json-api",
        "odata",
        "atom",
        "html-script",
        "cursor",
        "last-record",
        "registry",
        "key-header",
        "bearer",
        "solr",
    ],
)
async def test_everything_is_read_by_the_url_alone(name: str, tmp_path: Path) -> None:
    from undescribed.every import EVERY

    result, read, _ = await _made(name, tmp_path, "true")
    assert read == EVERY[name].truth
    assert {result.verification.objects[name].level for name in EVERY[name].truth} == {"live"}
    assert not result.contradictions


@pytest.mark.parametrize("name", ["drf", "two-roots", "endpoints", "pages"])
async def test_few_requests_are_enough_where_few_may_go_out(name: str, tmp_path: Path) -> None:
    from undescribed.every import EVERY

    result, read, asked = await _made(name, tmp_path, "auto")
    assert read == EVERY[name].truth
    assert result.verification.level == "live"
    assert len(asked) <= 10


def test_the_small_servers_are_a_package_of_the_bench() -> None:
    from undescribed.every import EVERY

    assert len(EVERY) >= 50
    assert "undescribed" in sys.modules
