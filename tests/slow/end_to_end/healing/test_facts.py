"""A model is asked for corrections of facts before it writes anything, once a session."""

import json
from collections.abc import Mapping

from driversmith.engine.network.loopback import LoopbackServer, Request, Response

from ....end_to_end.healing.author import Author
from ....end_to_end.healing.conftest import Heal
from ....end_to_end.healing.tiny import CLIENT

LIMIT = {"fact": "/rate_limit", "value": {"statuses": [403]}, "because": "Too many requests are forbidden."}


async def test_what_a_model_says_of_facts_is_in_all_that_follows(heal: Heal, right: Mapping[str, str]) -> None:
    nonsense = {"fact": "/objects/dogs/records", "value": {"record_path": ["x"]}, "because": "There must be dogs."}
    healed = await heal(Author(right, facts=["I cannot say.", {"corrections": [LIMIT, nonsense]}]))
    assert healed.result["success"], healed.result["error"]
    asked = [name for name in healed.steps if name.startswith("attempt/1/research/facts.json/")]
    assert [name.split("#")[0][-1] for name in sorted(asked)] == ["1", "2", "3"], (
        "no JSON, then a refusal, then no more"
    )
    assert healed.steps["facts/judged/1"]["unusable"]
    assert [kept["known_by"] for kept in healed.steps["facts/judged/2"]["kept"]] == ["stated"]
    assert "There is no object" in healed.steps["facts/judged/2"]["findings"][0]["message"]
    assert healed.steps["facts/asked"] == 1
    assert [c["observed"]["statuses"] for c in healed.result["contradictions"]] == [[403]]
    assert "403" in healed.on_disk("tiny_driver/_transport.py"), "the templates write from the corrected facts"
    assert healed.authors[CLIENT] == "model", healed.result["notes"]


async def test_the_model_for_diagnoses_explains_what_no_rule_can(heal: Heal, right: Mapping[str, str]) -> None:
    def answer(request: Request) -> Response:
        sent = {name.lower(): value for name, value in request.headers}
        body = {"data": [{"id": 1, "name": "Rex"}]} if sent.get("x-shop") == "7" else {"greeting": {"text": "hello"}}
        return Response(200, json.dumps(body).encode(), (("Content-Type", "application/json"),))

    header = {"fact": "/headers/X-Shop", "value": "7", "because": "Each shop is asked for by its header."}
    async with LoopbackServer(answer) as server:
        local = {"allow_local": frozenset({server.url.removeprefix("http://")})}
        author = Author(right, diagnoses=[{"corrections": [header]}])
        healed = await heal(author, settings=local, api_url=server.url, live="true")
    assert healed.result["success"], healed.result["error"]
    assert healed.result["verification"]["objects"]["pets"]["level"] == "live"
    assert healed.result["diagnostics_run"] == 2, "the rules found no cause, the model did"
    assert [(d.diagnosis["source"], d.diagnosis["fault_kind"], d.helped) for d in healed.diagnoses] == [
        ("rules", "read_wrongly", None),
        ("model", "fact_differs", True),
    ]
    assert healed.diagnoses[1].diagnosis["corrections"][0]["fact"] == "/headers/X-Shop"
    assert healed.steps["facts/diagnosed"]["kept"][0]["known_by"] == "observed"
    (asked,) = [asked for asked in healed.asked if asked.task.role == "diagnose"]
    assert "greeting" in str(asked) and "hello" not in str(asked), "of answers, only structure is told"
