"""`proof.json`: what live reads proved."""

import json

from driversmith.engine.drivers.receipt import receipt
from driversmith.engine.models.report import LiveRead, LiveReport

from ..testing.harbour import harbour_profile


def test_each_object_says_how_it_is_known_and_no_record_is_told():
    report = LiveReport(
        reads=(
            LiveRead(
                object_name="ships",
                ok=True,
                records=({"id": 1, "name": "Argo"},),
                count=40,
                pages=2,
                requests=2,
                structure="sha256:aa",
            ),
            LiveRead(object_name="prices", ok=True, pages=1, requests=1, seen=[0]),
            LiveRead(object_name="cranes", ok=False, error="AuthenticationError: HTTP 401", requests=1),
        ),
        untried={"berths": "It cannot be read without arguments that only the caller knows: port."},
        requests=4,
        read_at="2026-11-29T01:00:00Z",
    )
    told = json.loads(receipt(report, harbour_profile()))
    objects = told["objects"]
    assert {name: objects[name]["known"] for name in ("ships", "prices", "cranes", "berths")} == {
        "ships": "proven",
        "prices": "observed",
        "cranes": "described",
        "berths": "described",
    }
    ships = objects["ships"]
    assert (ships["pages"], ships["records"], ships["complete"], ships["structure"]) == (2, 40, None, "sha256:aa")
    assert "only the caller knows" in objects["berths"]["note"]
    assert told["operations"][ships["operation"]] == "proven"
    assert (told["requests"], told["read_at"]) == (4, "2026-11-29T01:00:00Z")
    assert "Argo" not in json.dumps(told)
