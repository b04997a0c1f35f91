"""Evidence that comes with a description, laid over its profile."""

from dataclasses import replace
from typing import Any

from driversmith.engine.facts.catalogue import known_by
from driversmith.engine.models.profile import Evidence
from driversmith.engine.research.documents.parse import Observation
from driversmith.engine.research.evidence import with_evidence
from driversmith.engine.research.profile import build_profile

LIST = {"responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}}


def test_facts_are_known_by_what_the_index_says_and_observations_become_facts(describe: Any) -> None:
    seen = Evidence(pointer="https://api.test/ships", rule="It answered.", known_by="observed")
    made = describe({"paths": {"/ships": {"get": LIST}, "/ports": {"get": LIST}}})
    description = replace(
        made,
        evidence={"#/paths/~1ships": seen},
        observations=(
            Observation("/ships", "records", {"record_path": ["data", "items"], "shape": "list"}, "They stand there."),
            Observation(
                "/ships", "pagination", {"style": "cursor"}, "It lacks what a cursor needs, and is passed over."
            ),
            Observation("/nowhere", "records", {"record_path": []}, "There is no such path."),
        ),
        notes=("Made of answers.",),
    )
    profile = with_evidence(build_profile(description, api_name="Harbour", base_url="https://api.test"), description)
    ships, ports = profile.objects["ships"], profile.objects["ports"]
    assert (ships.record_path, known_by(profile, "/objects/ships/records")) == (("data", "items"), "observed")
    assert profile.operations[ships.operations["read"]].evidence.kind == "observed"
    assert profile.operations[ports.operations["read"]].evidence.kind == "described"
    assert ships.pagination.style == "none"
    assert profile.warnings[0] == "Made of answers."
