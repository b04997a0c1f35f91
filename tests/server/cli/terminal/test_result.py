"""A session's result for a person."""

import io

from driversmith.engine.models.driver import Verification
from driversmith.engine.models.session import FixApplied, ModelUsage, PublishedFile, SupervisedResult
from driversmith.server.cli.terminal.result import print_result
from rich.console import Console


def printed(result: SupervisedResult) -> str:
    out = io.StringIO()
    print_result(Console(file=out, width=200), result)
    return out.getvalue()


def result(author: str, usage: ModelUsage, *fixes: FixApplied) -> SupervisedResult:
    return SupervisedResult(
        session_id="s1",
        status="succeeded",
        success=True,
        driver_name="pets_driver",
        output_path="/drivers/pets_driver",
        files=[
            PublishedFile(path="pets_driver/client.py", sha256="0", author=author),  # type: ignore[arg-type]
            PublishedFile(path="pyproject.toml", sha256="0", author="template"),
        ],
        verification=Verification(level="mock", passed=3),
        model_usage=usage,
        fixes_applied=list(fixes),
    )


def test_what_a_model_wrote_what_helped_and_what_it_cost_is_told() -> None:
    fix = FixApplied(attempt=2, strategy="prompt_adjustment", description="Say how the API pages.", helped=True)
    usage = ModelUsage(calls=4, input_tokens=900, cached_tokens=300, output_tokens=80, cost_usd=0.0123)
    told = printed(result("model", usage, fix))
    assert "written by model: pets_driver/client.py" in told
    assert "attempt 2: prompt_adjustment, helped. Say how the API pages." in told
    assert "model: 4 requests, 900 tokens read, 300 from the cache, 80 written, $0.0123" in told


def test_a_cost_that_is_not_known_is_no_zero() -> None:
    assert "cost not known" in printed(result("model", ModelUsage(calls=1, cost_usd=None)))


def test_without_a_model_nothing_is_said_of_one() -> None:
    told = printed(result("template", ModelUsage()))
    assert "written by" not in told
    assert "requests" not in told
