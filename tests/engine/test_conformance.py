"""What checks expect, and the sentences that they say otherwise."""

import pytest
from driversmith.engine import conformance
from driversmith.engine.conformance import (
    by_name,
    expect,
    expect_close,
    expect_equal,
    expect_error,
    expect_object,
    expect_some,
    expect_soon,
    expect_type,
    variants,
)
from driversmith.engine.errors import JournalError, LeaseLostError, UnmetError


def test_what_is_as_expected_says_nothing() -> None:
    expect(True, "never said")
    expect_equal("a", 1, 1)
    expect_close("a", 0.1 + 0.2, 0.3)
    assert expect_some("a", 0) == 0
    assert expect_type("a", "x", str) == "x"
    assert expect_object("a", {"b": 1}) == {"b": 1}
    with expect_error("a", JournalError, saying="late") as caught:
        raise LeaseLostError("too late")
    assert isinstance(caught.error, LeaseLostError)


def test_a_difference_is_told_with_both_sides() -> None:
    with pytest.raises(UnmetError, match=r"^The status: expected 'queued', received 'running'\.$"):
        expect_equal("The status", "running", "queued")
    with pytest.raises(UnmetError, match=r"expected about 0\.3, received None"):
        expect_close("The rate", None, 0.3)
    with pytest.raises(UnmetError, match="expected one, received none"):
        expect_some("A result", None)
    with pytest.raises(UnmetError, match="expected a value of type int, received '1'"):
        expect_type("A number", "1", int)


def test_a_long_value_is_cut() -> None:
    with pytest.raises(UnmetError) as caught:
        expect_equal("A text", "x" * 10_000, "")
    assert len(caught.value.message) < 400


def test_no_error_and_another_error_are_told_apart() -> None:
    with pytest.raises(UnmetError, match="expected JournalError, received no error"), expect_error("A", JournalError):
        pass
    with pytest.raises(UnmetError, match="received KeyError: 'x'"), expect_error("A", JournalError):
        raise KeyError("x")
    with (
        pytest.raises(UnmetError, match="expected JournalError that says 'late', received JournalError: early"),
        expect_error("A", JournalError, saying="late"),
    ):
        raise JournalError("early")


def test_an_expectation_inside_that_is_not_met_comes_out_as_it_is() -> None:
    with pytest.raises(UnmetError, match=r"^inside$"), expect_error("A", Exception):
        expect(False, "inside")


async def test_what_does_not_come_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "LONG", 0.01)
    with pytest.raises(UnmetError, match=r"expected within 0\.01 s"), expect_soon("The end"):
        await conformance.anyio.sleep_forever()


async def test_checks_have_their_names_and_the_case() -> None:
    seen: list[str] = []

    async def it_holds(subject: str, *, what: str = "all") -> None:
        seen.append(f"{subject} {what}")

    checks = {**by_name(it_holds), **variants(it_holds, {"one": {"what": "some"}})}
    assert list(checks) == ["it_holds", "it_holds[one]"]
    for check in checks.values():
        await check("x")
    assert seen == ["x all", "x some"]
