"""Who is to mend a finding."""

from driversmith.engine.models.findings import Finding
from driversmith.engine.validation.blame import new_findings, to_mend

CLIENT = "pets_driver/client.py"
TRANSPORT = "pets_driver/_transport.py"
README = "README.md"
WRITTEN = {CLIENT, README}


def found(file: str, message: str = "It is wrong.", line: int = 1, severity="P1") -> Finding:
    return Finding(code="x", severity=severity, file=file, line=line, message=message)


def test_a_finding_is_mended_in_its_file_by_whoever_wrote_it() -> None:
    finding = found(README)
    assert to_mend([finding], written=WRITTEN, client=CLIENT, own=()) == [(README, finding)]


def test_what_the_client_causes_in_a_file_of_the_templates_is_mended_in_the_client() -> None:
    finding = found(TRANSPORT)
    assert to_mend([finding], written=WRITTEN, client=CLIENT, own=()) == [(CLIENT, finding)]


def test_what_the_templates_own_driver_has_too_is_nobody_else_s() -> None:
    same, other_words, moved = (
        found(TRANSPORT, line=3),
        found(TRANSPORT, "It knows a, b.", 7),
        found(TRANSPORT, "Far.", 9),
    )
    own = [same, found(TRANSPORT, "It knows a.", 7), found(TRANSPORT, "Far.", 8)]
    assert to_mend([same, other_words, moved], written=WRITTEN, client=CLIENT, own=own) == []


def test_a_fault_of_one_s_own_file_stays_one_s_own_whatever_the_template_s_has() -> None:
    finding = found(CLIENT)
    assert to_mend([finding], written=WRITTEN, client=CLIENT, own=[finding]) == [(CLIENT, finding)]


def test_style_is_nothing_to_mend() -> None:
    assert to_mend([found(CLIENT, severity="P3")], written=WRITTEN, client=CLIENT, own=()) == []


def test_a_new_finding_is_neither_in_a_known_place_nor_in_known_words() -> None:
    known = [found(TRANSPORT, "a", 1)]
    new = found(TRANSPORT, "b", 2)
    assert new_findings([found(TRANSPORT, "a", 5), found(TRANSPORT, "c", 1), new], known) == (new,)
