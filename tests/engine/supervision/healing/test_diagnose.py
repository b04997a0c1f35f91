"""A diagnosis looks at the tries, the log, this session and others, and hands over the request that would come next."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from driversmith.engine.errors import BudgetSpentError, InvalidArgumentError
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.opening import SqliteJournal
from driversmith.engine.llm.port import ModelAnswer, TokenUsage
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.models.profile import (
    ApiProfile,
    DescriptionSource,
    Evidence,
    ObjectProfile,
    OperationProfile,
    ResponseProfile,
)
from driversmith.engine.models.report import BehaviourResult, ContractReport
from driversmith.engine.models.session import ErrorInfo, GenerateRequest, SessionRecord, SupervisedResult
from driversmith.engine.models.tries import Tried
from driversmith.engine.supervision.healing.attempt_history import AttemptRecord
from driversmith.engine.supervision.healing.diagnose import diagnose_report, diagnose_session, record_diagnosis
from driversmith.engine.supervision.healing.failure import Failure

EVIDENCE = Evidence(pointer="#/paths")


Facts = partial(AttemptRecord, 1)
"""A first attempt as a diagnosis sees it."""


class Asked:
    """An Ask that answers with a cause."""

    def __init__(self, error: Exception | None = None, cost_usd: float | None = 0.0004) -> None:
        self.requests: list[ModelRequest] = []
        self._error = error
        self._cost_usd = cost_usd

    async def __call__(self, request: ModelRequest) -> ModelAnswer:
        self.requests.append(request)
        if self._error:
            raise self._error
        said = {
            "error_type": "logic",
            "fault_kind": "record_path",
            "root_cause": "The records stand under `items`.",
            "fix_strategy": "prompt_adjustment",
            "prompt_modification": 'In client.py: take body["items"].',
            "confidence": 0.8,
        }
        return ModelAnswer(
            text=json.dumps(said),
            stop_reason="end_turn",
            usage=TokenUsage(),
            model="claude-haiku-5-5",
            latency_seconds=0.1,
            cost_usd=self._cost_usd,
        )


def a_profile(api: str, thing: str) -> ApiProfile:
    name = f"list_{thing}"
    operation = OperationProfile(
        name=name,
        method="GET",
        path=f"/{thing}",
        response=ResponseProfile(media_type="application/json", kind="json", type="array"),
        evidence=EVIDENCE,
    )
    return ApiProfile(
        api_name=api,
        base_url="https://api.example.com",
        source=DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1),
        objects={thing: ObjectProfile(name=thing, operations={"read": name}, evidence=EVIDENCE)},
        operations={name: operation},
    )


def client_of(api: str) -> str:
    return f"{api.lower()}_driver/client.py"


def shape(api: str = "Pets") -> Finding:
    return Finding(
        code="list-objects-shape",
        severity="P1",
        file=client_of(api),
        line=2,
        message="list_objects returns a list of dicts.",
        hint="Return the names.",
    )


def odd(api: str = "Pets") -> Finding:
    """A finding that no rule has a kind for."""
    return Finding(code="tls-off", severity="P1", file=client_of(api), line=3, message="Verification is off.")


def rejected(*findings: Finding, api: str = "Pets", number: int = 3) -> tuple[Tried, ...]:
    path = client_of(api)
    early = Tried(
        path=path, attempt=1, try_number=number - 1, role="generate", outcome="rejected", findings=(odd(api),)
    )
    late = Tried(path=path, attempt=1, try_number=number, role="repair", outcome="rejected", findings=findings)
    return early, late


def not_right(api: str = "Pets", **values: Any) -> Failure:
    return Failure(
        "generation_failed", f"The model did not get {client_of(api)} right in 3 tries.", path=client_of(api), **values
    )


async def a_session(
    journal: SqliteJournal, api: str = "Pets", principal: Principal = LOCAL
) -> tuple[SessionRecord, int]:
    request = GenerateRequest(api_name=api, api_url="https://api.example.com", output_dir="/drivers")
    record, _ = await journal.create_session(request, key=api, project_path=f"/drivers/{api}", principal=principal)
    epoch = await journal.claim(record.session_id, this_process(), lease_seconds=100)
    assert epoch is not None
    await journal.append_event(record.session_id, epoch, "attempt.started", "Attempt 1.", data={"attempt": 1})
    return record, epoch


async def test_the_last_try_of_the_file_says_what_is_wrong(journal) -> None:
    record, _ = await a_session(journal)
    found, key, _ = await record_diagnosis(journal, record, not_right(), Facts(tried=rejected(shape())))
    assert (found.fault_kind, found.fix_strategy) == ("list_objects_shape", "prompt_adjustment")
    assert f"{client_of('Pets')}:2" in found.prompt_modification
    assert len(key) == 32


async def test_what_a_run_showed_is_told_with_what_came_and_what_was_expected(journal) -> None:
    record, _ = await a_session(journal)
    behaviour = BehaviourResult(
        name="read-every-page", subject="pets", passed=False, sent="read('pets')", received="3", expected="7 records"
    )
    facts = Facts(contract=ContractReport(behaviours=(behaviour,)))
    found, _, _ = await record_diagnosis(journal, record, Failure("contract_failed", "The driver broke 1 of 9."), facts)
    assert found.fault_kind == "pagination_stops_early"
    assert "sent read('pets'); expected 7 records; received 3" in found.prompt_modification


async def test_the_question_holds_the_file_and_the_log_of_this_attempt_and_does_not_change_by_resuming(journal) -> None:
    record, epoch = await a_session(journal)
    session = record.session_id
    await journal.append_event(session, epoch, "file.rejected", "client.py, try 1: rejected: Verification is off.")
    failure = not_right(last_text="import ssl\n\nverify = False\n")
    facts, broken_off, ask = Facts(tried=rejected(odd())), Asked(BudgetSpentError("x")), Asked()
    with pytest.raises(BudgetSpentError):
        await record_diagnosis(journal, record, failure, facts, ask=broken_off)
    await journal.append_event(session, epoch, "session.resumed", "Taken up again.")
    await journal.append_event(session, epoch, "attempt.started", "Attempt 1.", data={"attempt": 1})
    await journal.append_event(session, epoch, "file.rejected", "client.py, try 1: rejected: Verification is off.")
    await record_diagnosis(journal, record, failure, facts, ask=ask)
    (one,), (two,) = broken_off.requests, ask.requests
    assert one == two
    assert one.last_text().startswith("Task: diagnose path=pets_driver/client.py attempt=1 try=1 mode=full")
    assert ">    3 verify = False" in one.instruction
    assert "## The log, newest line first\nclient.py, try 1: rejected" in one.instruction


async def test_a_diagnosis_is_kept_with_its_findings_and_its_price(journal) -> None:
    record, _ = await a_session(journal)
    facts = Facts(tried=rejected(odd()))
    made = await record_diagnosis(journal, record, not_right(), facts, ask=Asked())
    (kept,) = (await journal.diagnostics(fingerprint=made.fingerprint)).items
    assert (kept.id, kept.session_id, kept.attempt, kept.cost_usd) == (made.id, record.session_id, 1, 0.0004)
    assert kept.findings == (f"{client_of('Pets')}:3 tls-off: Verification is off.",)
    assert kept.diagnosis["source"] == "model"
    facts = replace(facts, number=2)
    await record_diagnosis(journal, record, not_right(), facts, ask=Asked(cost_usd=None))
    assert (await journal.diagnostics()).items[0].cost_usd is None


async def test_a_resumed_session_does_not_diagnose_an_attempt_twice(journal) -> None:
    record, _ = await a_session(journal)
    facts, ask = Facts(tried=rejected(odd())), Asked()
    first = await record_diagnosis(journal, record, not_right(), facts, ask=ask)
    assert await record_diagnosis(journal, record, not_right(), facts, ask=ask) == first
    assert len(ask.requests) == len((await journal.diagnostics()).items) == 1


async def test_what_ends_the_session_passes_through(journal) -> None:
    record, _ = await a_session(journal)
    with pytest.raises(BudgetSpentError):
        await record_diagnosis(
            journal, record, not_right(), Facts(tried=rejected(odd())), ask=Asked(BudgetSpentError("x"))
        )


async def test_the_ladder_is_climbed_over_the_attempts_of_a_session(journal) -> None:
    record, _ = await a_session(journal)
    strategies: list[str] = []
    for number in (1, 2, 3, 4):
        made = await record_diagnosis(journal, record, not_right(), AttemptRecord(number, tried=rejected(shape())))
        await journal.set_helped(made.id, False)
        strategies.append(made.diagnosis.fix_strategy)
    assert strategies == ["prompt_adjustment", "simplify", "fallback", "abort"]


async def test_what_helped_one_api_is_offered_to_the_next_before_a_model_is_asked(journal) -> None:
    first, _ = await a_session(journal, "Pets")
    facts = Facts(profile=a_profile("Pets", "pets"), tried=rejected(odd("Pets"), api="Pets"))
    made = await record_diagnosis(journal, first, not_right("Pets"), facts, ask=Asked())
    assert made.diagnosis.source == "model"
    await journal.set_helped(made.id, True)
    second, _ = await a_session(journal, "Shop")
    facts = Facts(profile=a_profile("Shop", "orders"), tried=rejected(odd("Shop"), api="Shop"))
    ask = Asked()
    again = await record_diagnosis(journal, second, not_right("Shop"), facts, ask=ask)
    assert not ask.requests
    assert again.fingerprint == made.fingerprint
    assert again.diagnosis.source == "history"
    assert 'take body["items"]' in again.diagnosis.prompt_modification
    assert [(s.api_name, s.helped) for s in again.diagnosis.similar] == [("Pets", True)]
    await journal.set_helped(again.id, False)
    facts = replace(facts, number=2)
    third = await record_diagnosis(journal, second, not_right("Shop"), facts)
    assert third.diagnosis.fix_strategy == "simplify"


async def test_what_helped_one_principal_is_not_offered_to_another(journal) -> None:
    first, _ = await a_session(journal, "Pets", Principal.of_token("alice"))
    facts = Facts(profile=a_profile("Pets", "pets"), tried=rejected(odd("Pets"), api="Pets"))
    made = await record_diagnosis(journal, first, not_right("Pets"), facts, ask=Asked())
    await journal.set_helped(made.id, True)
    second, _ = await a_session(journal, "Shop", Principal.of_token("bob"))
    facts = Facts(profile=a_profile("Shop", "orders"), tried=rejected(odd("Shop"), api="Shop"))
    again = await record_diagnosis(journal, second, not_right("Shop"), facts)
    assert again.fingerprint == made.fingerprint
    assert (again.diagnosis.source, again.diagnosis.similar) == ("rules", ())


async def failed(journal: SqliteJournal, code: Any = "generation_failed", profile: ApiProfile | None = None) -> str:
    """A session whose only attempt failed at the client."""
    record, epoch = await a_session(journal)
    session, path = record.session_id, client_of("Pets")
    if profile:
        await journal.store_step(session, epoch, "research", profile.model_dump(mode="json"))
    await journal.store_files(session, epoch, [DriverFile(path=path, text="# the template's\n")])
    answer = ModelAnswer(
        text="class PetsDriver:\n    def list_objects(self): return [{}]\n",
        stop_reason="end_turn",
        usage=TokenUsage(),
        model="m",
        latency_seconds=1,
        cost_usd=0,
    )
    step = f"attempt/1/generate/{path}/1#abc"
    await journal.store_step(session, epoch, step, {"request": {}, "answer": answer.model_dump(mode="json")})
    await journal.append_event(
        session, epoch, "model.answered", "It answered.", data={"step": step, "path": path, "stop_reason": "end_turn"}
    )
    tried = Tried(path=path, attempt=1, try_number=1, role="generate", outcome="rejected", findings=(shape(),))
    await journal.store_step(session, epoch, f"attempt/1/tried/{path}/1", tried.model_dump(mode="json"))
    await journal.append_event(session, epoch, "file.rejected", "No.", data={"path": path, "attempt": 1, "try": 1})
    error = ErrorInfo(code=code, message="The model did not get client.py right in 1 try.")
    result = SupervisedResult(session_id=session, status="failed", supervisor_attempts=1, error=error)
    await journal.release(session, epoch, "failed", result)
    return session


async def test_a_failed_session_gives_the_next_request_of_its_model_engine_without_a_key(journal) -> None:
    session = await failed(journal, profile=a_profile("Pets", "pets"))
    found = await diagnose_session(journal, session)
    assert found.fault_kind == "list_objects_shape"
    wanted = found.repair_request
    assert wanted is not None
    assert (wanted["role"], wanted["path"]) == ("repair", client_of("Pets"))
    assert set(wanted) == {"role", "path", "system", "messages", "max_tokens", "output_config"}
    texts = [block["text"] for message in wanted["messages"] for block in message["content"]]
    assert texts[-1].startswith("Task: repair path=pets_driver/client.py attempt=1 try=2 mode=full\n")
    assert "list_objects returns a list of dicts." in texts[-1]
    assert found.prompt_modification in texts[-1]
    assert wanted["messages"][-2]["role"] == "assistant"
    assert "return [{}]" in texts[-2]
    assert "https://api.example.com" in "".join(texts)
    (kept,) = (await journal.diagnostics()).items
    assert kept.diagnosis["repair_request"] is None


async def test_a_failed_session_of_which_little_is_known_gives_the_question_for_the_cause(journal) -> None:
    found = await diagnose_session(journal, await failed(journal))
    assert found.repair_request is not None
    assert found.repair_request["role"] == "diagnose"
    assert found.repair_request["output_config"]["format"]["type"] == "json_schema"


async def test_what_the_supervisor_found_is_not_looked_for_again_unless_a_model_may_know_better(journal) -> None:
    session = await failed(journal, profile=a_profile("Pets", "pets"))
    ask = Asked()
    sure = await diagnose_session(journal, session)
    assert await diagnose_session(journal, session, ask=ask) == sure
    assert not ask.requests
    assert len((await journal.diagnostics()).items) == 1


async def test_a_model_is_asked_later_where_the_rules_were_not_sure(journal) -> None:
    record, epoch = await a_session(journal)
    error = ErrorInfo(code="contract_failed", message="Nothing could be tried out.")
    result = SupervisedResult(session_id=record.session_id, status="failed", supervisor_attempts=1, error=error)
    await journal.release(record.session_id, epoch, "failed", result)
    assert (await diagnose_session(journal, record.session_id)).source == "rules"
    assert (await diagnose_session(journal, record.session_id, ask=Asked())).source == "model"
    assert len((await journal.diagnostics()).items) == 2


async def test_no_request_mends_what_is_outside_the_code(journal) -> None:
    found = await diagnose_session(journal, await failed(journal, "model_key_rejected", a_profile("Pets", "pets")))
    assert (found.fault_kind, found.repair_request) == ("authentication", None)


async def test_a_session_that_did_not_fail_has_nothing_to_diagnose(journal) -> None:
    record, _ = await a_session(journal)
    with pytest.raises(InvalidArgumentError, match="running"):
        await diagnose_session(journal, record.session_id)


async def report(journal: SqliteJournal, message: str | None, **values: Any):
    known: dict[str, Any] = {"file_path": None, "content": None, "log": None}
    return await diagnose_report(journal, error_message=message, **{**known, **values})


async def test_a_reported_file_comes_with_the_request_that_mends_it(journal) -> None:
    found = await report(journal, "NameError: name 'httpx' is not defined", content="x = httpx.get\n", file_path="a.py")
    wanted = found.repair_request
    assert wanted is not None
    assert (wanted["role"], wanted["path"]) == ("repair", "a.py")
    (message,) = wanted["messages"]
    shown, last = (block["text"] for block in message["content"])
    assert message["role"] == "user"
    assert shown == "`a.py` as it stands:\n\nx = httpx.get\n"
    assert last.startswith("Task: repair path=a.py attempt=1 try=2 mode=full\n")
    assert "httpx" in last


async def test_a_report_that_no_rule_knows_comes_with_the_question_or_with_its_answer(journal) -> None:
    found = await report(journal, "The frobnicator is purple.")
    assert found.repair_request is not None
    assert found.repair_request["role"] == "diagnose"
    asked = await report(journal, "The frobnicator is purple.", ask=Asked())
    assert asked.source == "model"
    assert asked.fault_kind == "record_path"
    assert [d.session_id for d in (await journal.diagnostics()).items] == ["", ""]
