"""One question to a model costs next to nothing, however much there is to say."""

import json
import time

from driversmith.engine.diagnosis.context import FailureContext
from driversmith.engine.diagnosis.fingerprint import fingerprint
from driversmith.engine.diagnosis.questions import MAX_BYTES, MAX_TOKENS, cause_request
from driversmith.engine.diagnosis.rules import diagnose
from driversmith.engine.llm.port import TokenUsage
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.report import BehaviourResult

from .asked import FAILED, a_record

LONG = "\N{SNOWMAN}x" * 20_000
HUGE = FailureContext(
    code="contract_failed",
    message=LONG,
    log=tuple(f"{n} {LONG[:3000]}" for n in range(300)),
    file_path="pets_driver/" + "c" * 3000 + ".py",
    content="\n".join([LONG] * 30),
    findings=tuple(
        Finding(code="x" * 80, severity="P1", file="client.py", line=n, message=LONG, hint=LONG) for n in range(100)
    ),
    behaviours=tuple(
        BehaviourResult(name=LONG[:500], subject=LONG, passed=False, sent=LONG, received=LONG, expected=LONG)
        for _ in range(100)
    ),
)


def test_the_largest_question_costs_less_than_a_fifth_of_a_cent() -> None:
    earlier = [a_record(attempt=n, prompt_modification=LONG) for n in range(1, 10)]
    request = cause_request(HUGE, diagnose(HUGE), earlier=earlier, attempt=9)
    assert len(request.instruction.encode()) <= MAX_BYTES
    # No token is less than a byte; an endpoint without structured output is told the schema once more.
    schema = json.dumps(request.json_schema, indent=1)
    sent = json.dumps([request.wire_system(), request.wire_messages(appendix=schema)], ensure_ascii=False) + schema
    usage = TokenUsage(input_tokens=len(sent.encode()), output_tokens=MAX_TOKENS)
    cost = load_prices().cost("claude-haiku-5-5", usage)
    assert cost is not None
    assert cost <= 0.002
    assert request.max_tokens == MAX_TOKENS
    assert request.effort == "low"


def test_the_log_comes_newest_first_in_whole_lines_as_far_as_it_goes() -> None:
    log = tuple(f"line {n} " + "x" * 100 for n in range(500))
    request = cause_request(
        FailureContext(message="it broke", log=log), diagnose(FailureContext()), earlier=(), attempt=1
    )
    lines = request.instruction.partition("## The log, newest line first\n")[2].splitlines()
    assert lines[0] == log[-1]
    assert lines == list(reversed(log))[: len(lines)]
    assert 30 < len(lines) < 100


def test_the_file_is_shown_around_the_fault() -> None:
    text = cause_request(FAILED, diagnose(FAILED), earlier=(), attempt=1).instruction
    assert "## client.py around the fault" in text
    assert ">   12 line 12" in text
    assert "\n    11 line 11" in text
    assert "line 39" not in text


def test_the_task_line_names_the_file_and_nothing_that_breaks_it() -> None:
    def line(path: str | None) -> str:
        failure = FailureContext(message="x", file_path=path)
        return cause_request(failure, diagnose(failure), earlier=(), attempt=2).last_text().splitlines()[0]

    assert line("pets_driver/client.py") == "Task: diagnose path=pets_driver/client.py attempt=2 try=1 mode=full"
    for path in (None, "-", "my client.py", "/home/me/client.py", "C:\\client.py", "a" * 5000):
        assert line(path) == "Task: diagnose path=- attempt=2 try=1 mode=full"


def test_the_same_failure_asks_the_same_question() -> None:
    earlier = [a_record(attempt=1, helped=False)]
    one, two = (cause_request(FAILED, diagnose(FAILED), earlier=earlier, attempt=2) for _ in range(2))
    assert one == two


def test_secrets_do_not_leave() -> None:
    secret = "api_key=s3cr3tvalue99"
    failure = FailureContext(
        message=secret,
        log=(secret,),
        content=f"x = '{secret}'",
        findings=(Finding(code="x", severity="P1", file="client.py", message=secret),),
        behaviours=(BehaviourResult(name="read", passed=False, sent=secret, received=secret),),
    )
    assert "s3cr3tvalue99" not in cause_request(failure, diagnose(failure), earlier=(), attempt=1).instruction


def test_what_is_said_to_the_next_author_is_bounded_too() -> None:
    found = diagnose(HUGE.model_copy(update={"message": "It failed.", "log": ()}))
    assert len(found.root_cause) < 1_500
    assert len(found.prompt_modification) <= 8_000
    assert sum(map(len, found.evidence)) < 10_000


def test_a_fingerprint_is_taken_quickly_whatever_there_is() -> None:
    names = tuple(f"listThing{n}ByOwner" for n in range(1500))
    began = time.process_time()
    fingerprint(HUGE.model_copy(update={"names": names}))
    assert time.process_time() - began < 5
