"""What was read proves nothing of facts that were corrected since."""

from driversmith.engine.models.facts import Correction
from driversmith.engine.models.judged import JudgedFacts, KeptFact
from driversmith.engine.models.report import LiveProof, LiveRead, LiveReport
from driversmith.engine.supervision.corrections.judged_proof import NOT_SINCE, proof_after

SHIPS = LiveRead(object_name="ships", ok=True, count=5, records=({"id": 1},))
PORTS = SHIPS.model_copy(update={"object_name": "ports"})
WRONG = LiveRead(object_name="crews", ok=False, wrong=True, error="No records.")
PROOF = LiveProof(report=LiveReport(reads=(SHIPS, PORTS, WRONG)))
KEPT = KeptFact(correction=Correction(fact="/base_path", value="/api", because="So it is."), known_by="quoted")


def test_objects_that_were_not_read_since_are_untried() -> None:
    after = proof_after(JudgedFacts(kept=(KEPT,), unread=("ports", "ships")), PROOF).report
    assert after.reads == (WRONG,)
    assert after.untried == {"ports": NOT_SINCE, "ships": NOT_SINCE}


def test_what_was_read_anew_stands_in_the_place_of_what_was_read_before() -> None:
    again = SHIPS.model_copy(update={"count": 7})
    after = proof_after(JudgedFacts(kept=(KEPT,), reads=(again,), unread=("ports",)), PROOF)
    assert after.report.reads == (again, WRONG)
    assert after.report.untried == {"ports": NOT_SINCE}
    assert after.corrections == (KEPT.correction,)
