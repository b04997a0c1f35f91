"""A model is asked for corrections of facts before it writes anything, once a session."""

from collections.abc import Mapping

from .author import Author
from .conftest import Heal
from .tiny import CLIENT

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
