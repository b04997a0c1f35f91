"""A drift report as SARIF: what code scanning shows."""

from driversmith.engine.models.drift import Change, DriftReport
from driversmith.server.cli.commands.drift import summary
from driversmith.server.cli.terminal.sarif import sarif

GONE = Change(kind="object_removed", impact="breaking", subject="pets", message="There are no pets any more.")
NEW = Change(kind="field_added", impact="told", subject="toys", message="toys have a field colour now.", seen="api")


def report(*changes: Change, **more: str) -> DriftReport:
    return DriftReport.model_validate(
        {"driver": "/d/pets_driver", "api_name": "Pets", "description": "changed", "changes": changes, **more}
    )


def test_each_change_is_a_result_whose_rule_is_listed() -> None:
    (run,) = sarif(report(GONE, NEW))["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result, level, change in zip(run["results"], ("error", "note"), (GONE, NEW), strict=True):
        assert (result["level"], rules[result["ruleIndex"]]["id"]) == (level, change.kind)
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "profile.json"
        assert place["logicalLocations"] == [{"fullyQualifiedName": change.subject}]
    assert len({result["partialFingerprints"]["change/v1"] for result in run["results"]}) == 2


def test_what_could_not_be_checked_is_no_success() -> None:
    unchecked = report(description="not_checked").model_copy(update={"not_checked": ("The description is gone.",)})
    (invocation,) = sarif(unchecked)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"]["text"] == "The description is gone."


def test_the_last_line_never_says_more_than_was_compared() -> None:
    assert "affected. Heal it" in summary(report(GONE))
    assert summary(report(description="not_checked")).startswith("Could not check")
    assert summary(report(description="unchanged", api="partly_read")).startswith("Could not check")
    assert summary(report(description="none", api="not_asked")).startswith("Could not check")
    assert "answers" not in summary(report(NEW))
    assert summary(report(description="none", api="read")).startswith("The driver is not affected")
