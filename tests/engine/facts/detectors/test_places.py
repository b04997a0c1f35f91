"""Operations, and credentials, that are not where the description says."""

from dataclasses import replace
from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.catalogue import apply
from driversmith.engine.facts.detectors.case import Case
from driversmith.engine.facts.detectors.registry import proposals
from driversmith.engine.models.profile import ApiProfile

from ...testing.harbour import harbour_profile


def case(status: int, body: Any = None, *, base_url: str = "https://ships.example", **headers: str) -> Case:
    profile = harbour_profile().model_copy(update={"base_url": base_url})
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Case(secured(profile), "ships", (Answer("/ships", status, names, body),), "refused")


def secured(profile: ApiProfile) -> ApiProfile:
    """Ships want the scheme `key`, which is a header X-Key."""
    ships = profile.operations["list_ships"].model_copy(update={"security": (("key",),)})
    return profile.model_copy(update={"operations": {**profile.operations, "list_ships": ships}})


def test_what_is_not_found_may_have_a_slash_or_another_base_path():
    found = proposals(case(404))
    assert (found[0].fact, str(found[0].value)[-1]) == ("/operations/list_ships/path", "/")
    assert "/api" in [c.value for c in found if c.fact == "/base_path"]


def test_a_base_path_may_also_be_one_too_many():
    assert "" in [c.value for c in proposals(case(404, base_url="https://ships.example/v3")) if c.fact == "/base_path"]


def test_where_others_are_found_one_operation_alone_is_below_another_base_path():
    found = proposals(replace(case(404), others_are_read=True))
    assert not any(c.fact == "/base_path" for c in found)
    assert ("/operations/list_ships/path", "/api/ships") in [(c.fact, c.value) for c in found]


def test_every_proposal_can_be_applied():
    for seen in (case(404), case(401, {"error": "no key"})):
        assert all(apply(seen.profile, correction, known_by="observed") for correction in proposals(seen))


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (case(401, www_authenticate="Bearer realm=x"), ("header", "Authorization", "Bearer ")),
        (case(403, {"message": "Missing header X-Harbour-Key."}), ("header", "X-Harbour-Key", "")),
        (case(401, {"error": {"detail": "send x-api-key"}}), ("header", "x-api-key", "")),
    ],
)
def test_a_challenge_and_the_words_of_a_refusal_come_first(seen: Case, wanted: tuple[str, str, str]):
    value = proposals(seen)[0].value
    assert isinstance(value, dict)
    assert (value["location"], value["parameter"], value["prefix"]) == wanted


def test_at_most_four_spellings_of_a_credential_are_tried():
    found = proposals(case(401, {"error": "unauthorized"}))
    assert 0 < len(found) <= 4
    assert {c.fact for c in found} == {"/auth/key"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_of_the_moment_shows_nothing(status: int):
    assert proposals(case(status)) == []
