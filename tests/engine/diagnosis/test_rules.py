"""Real failure texts, and what the rules make of them."""

import tomllib
from pathlib import Path
from typing import get_args

import pytest
from driversmith.engine.diagnosis.context import FailureContext
from driversmith.engine.diagnosis.rules import OUTSIDE_THE_CODE, diagnose
from driversmith.engine.diagnosis.tables import tables
from driversmith.engine.errors import ErrorCode
from driversmith.engine.models.diagnosis import FaultKind
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.report import BehaviourResult

FAILURES = tomllib.loads(Path(__file__).with_name("failures.toml").read_text("utf-8"))["failure"]
TEXTS = [(row["text"], row["kind"]) for row in FAILURES]


@pytest.mark.parametrize(("text", "kind"), TEXTS, ids=range(len(TEXTS)))
def test_a_failure_text_names_its_fault(text: str, kind: str) -> None:
    diagnosis = diagnose(FailureContext(message=text))
    assert diagnosis.fault_kind == kind, diagnosis
    assert diagnosis.evidence
    assert diagnosis.confidence >= 0.4
    assert "{" not in diagnosis.root_cause.replace('{"', "").replace("{'", "") or "{" in text


@pytest.mark.parametrize(("text", "kind"), TEXTS, ids=range(len(TEXTS)))
def test_the_same_fault_is_known_from_a_log(text: str, kind: str) -> None:
    log = ["INFO starting", "INFO GET https://api.example.com/pets", *text.splitlines()]
    assert diagnose(FailureContext(log=tuple(log))).fault_kind == kind


def test_faults_outside_the_code_change_neither_code_nor_prompts() -> None:
    for kind in OUTSIDE_THE_CODE:
        row = tables().kinds[kind]
        assert row.strategy in {"abort", "fallback"}
        assert not row.modification


def test_every_kind_and_code_has_its_row() -> None:
    assert set(tables().kinds) == set(get_args(FaultKind))
    assert set(tables().codes) == set(get_args(ErrorCode))
    assert {row.kind for row in tables().texts} <= set(tables().kinds)


def test_a_fault_of_the_code_gives_a_prompt_modification_that_quotes_it() -> None:
    text = "ImportError: cannot import name 'PetError' from 'pets_driver.exceptions'"
    diagnosis = diagnose(FailureContext(message=text))
    assert diagnosis.fix_strategy == "prompt_adjustment"
    assert "PetError" in diagnosis.prompt_modification
    assert diagnosis.can_fix


def test_findings_of_the_file_enter_the_modification_worst_first() -> None:
    findings = (
        Finding(code="contract-signature", severity="P1", file="client.py", line=40, message="read lacks **params."),
        Finding(code="F821", severity="P1", file="client.py", line=7, message="Undefined name `httpx`."),
    )
    diagnosis = diagnose(FailureContext(message="NameError: name 'httpx' is not defined", findings=findings))
    assert diagnosis.fault_kind == "undefined_name"
    assert "client.py:7" in " ".join(diagnosis.evidence)
    assert "`httpx`" in diagnosis.prompt_modification
    assert diagnosis.confidence >= 0.9


def test_a_refused_connection_outweighs_findings_of_the_file() -> None:
    finding = Finding(code="F821", severity="P1", file="client.py", line=7, message="Undefined name `x`.")
    diagnosis = diagnose(FailureContext(message="ConnectionRefusedError: [Errno 111]", findings=(finding,)))
    assert diagnosis.fault_kind == "network"
    assert diagnosis.fix_strategy == "abort"
    assert not diagnosis.prompt_modification


def test_a_failed_behaviour_says_what_was_expected_and_what_came() -> None:
    behaviour = BehaviourResult(
        name="read-all-pages", subject="pets", passed=False, received="100 records", expected="230 records"
    )
    diagnosis = diagnose(FailureContext(code="contract_failed", message="1 failed", behaviours=(behaviour,)))
    assert diagnosis.fault_kind == "pagination_stops_early"
    assert "230 records" in diagnosis.root_cause
    assert "100 records" in diagnosis.root_cause


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("list-objects", "list_objects_shape"),
        ("repeated-page-stops", "pagination_loops"),
        ("read-every-page", "pagination_stops_early"),
        ("read-limit-across-pages", "pagination_stops_early"),
        ("next-url-stays-on-origin", "pagination_stops_early"),
        ("status-401", "wrong_exception"),
        ("rate-limit-waited-out", "wrong_exception"),
        ("broken-json", "wrong_exception"),
        ("credentials-placed", "invented_endpoint"),
        ("call-operation", "invented_endpoint"),
        ("from-env", "wrong_signature"),
        ("read-records", "record_path"),
        ("read-one", "record_path"),
        ("get-fields", "record_path"),
    ],
)
def test_a_failed_behaviour_names_its_kind(name: str, kind: str) -> None:
    behaviour = BehaviourResult(name=name, subject="pets", passed=False, received="a", expected="b")
    assert diagnose(FailureContext(behaviours=(behaviour,))).fault_kind == kind


def test_behaviours_that_passed_say_nothing() -> None:
    passed = BehaviourResult(name="read-all-pages", passed=True)
    assert diagnose(FailureContext(behaviours=(passed,))).fault_kind == "unknown"


@pytest.mark.parametrize("code", ["unreachable", "output_not_writable", "description_not_found", "cancelled"])
def test_an_error_code_is_enough(code: ErrorCode) -> None:
    diagnosis = diagnose(FailureContext(code=code, message="It did not work."))
    assert diagnosis.fault_kind != "unknown"
    assert diagnosis.fix_strategy == "abort"
    assert diagnosis.confidence >= 0.9


def test_an_unknown_failure_stays_unknown_and_says_so() -> None:
    diagnosis = diagnose(FailureContext(message="The frobnicator is purple."))
    assert diagnosis.fault_kind == "unknown"
    assert diagnosis.error_type == "unknown"
    assert diagnosis.confidence <= 0.2
    assert "frobnicator" in diagnosis.root_cause
    assert not diagnosis.can_fix


def test_nothing_told_is_said_to_be_nothing() -> None:
    assert diagnose(FailureContext()).confidence == 0


def test_the_exception_that_ended_it_outweighs_earlier_lines_of_the_log() -> None:
    log = ("WARNING 429 Too Many Requests, waiting", "Traceback (most recent call last):", "KeyError: 'data'")
    assert diagnose(FailureContext(log=log)).fault_kind == "record_path"


def test_secrets_do_not_reach_the_evidence() -> None:
    text = "401 Unauthorized for Authorization: Bearer abcdef1234567890abcdef api_key=s3cr3tvalue99"
    told = diagnose(FailureContext(message=text)).model_dump_json()
    assert "abcdef1234567890" not in told
    assert "s3cr3tvalue99" not in told


def test_a_huge_log_is_read_at_its_end_and_quickly() -> None:
    log = (*["INFO " + "x" * 1000] * 20_000, "ConnectionRefusedError: [Errno 111] Connection refused")
    assert diagnose(FailureContext(log=log)).fault_kind == "network"


@pytest.mark.parametrize(
    ("code", "kind", "strategy"),
    [
        ("answer-truncated", "truncated_answer", "simplify"),
        ("answer-no-file", "fence_or_prose", "prompt_adjustment"),
        ("answer-refused", "unknown", "fallback"),
        ("contract-run-read-every-page", "pagination_stops_early", "prompt_adjustment"),
        ("records-not-found", "record_path", "prompt_adjustment"),
        ("tls-off", "unknown", "prompt_adjustment"),
    ],
)
def test_a_finding_alone_is_enough(code: str, kind: str, strategy: str) -> None:
    finding = Finding(code=code, severity="P0", file="pets_driver/client.py", line=3, message="It is wrong so.")
    failure = FailureContext(code="generation_failed", message="client.py did not come right", findings=(finding,))
    diagnosis = diagnose(failure)
    assert (diagnosis.fault_kind, diagnosis.fix_strategy) == (kind, strategy)
    if strategy == "prompt_adjustment":
        assert "pets_driver/client.py:3" in diagnosis.prompt_modification
        assert "It is wrong so." in diagnosis.prompt_modification


def test_every_modification_says_what_to_write() -> None:
    for kind in tables().kinds.values():
        assert bool(kind.modification) == (kind.name not in OUTSIDE_THE_CODE | {"truncated_answer"}), kind.name
        assert "{" not in kind.modification.replace('body["data"]', "")


def test_what_a_file_at_fault_breaks_in_another_one_is_not_taken_for_the_cause() -> None:
    seen = Finding(code="unknown-method-outside", severity="P1", file="examples/a.py", line=7, message="No get_fields.")
    own = Finding(
        code="contract-missing-method", severity="P1", file="pets_driver/client.py", line=75, message="No get_fields."
    )
    failure = FailureContext(code="generation_failed", file_path=own.file, findings=(seen, own))
    diagnosis = diagnose(failure)
    assert diagnosis.root_cause.startswith("pets_driver/client.py:75")
    assert diagnosis.fault_kind != "wrong_test_or_example"
    assert "examples/a.py" not in diagnosis.prompt_modification.split(".")[0]
