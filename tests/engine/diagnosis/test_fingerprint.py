"""One fault has one fingerprint, wherever and whenever it is met."""

from driversmith.engine.diagnosis.context import FailureContext
from driversmith.engine.diagnosis.fingerprint import fingerprint
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.report import BehaviourResult


def test_paths_lines_ids_times_and_numbers_do_not_count() -> None:
    one = "Traceback:\n  File \"/home/a/pets_driver/client.py\", line 12, in read\nKeyError: 'data' (request req_011Abcdef)"
    two = "Traceback:\n  File \"C:\\work\\shop_driver\\client.py\", line 99, in read\nKeyError: 'data' (request req_999Zyxwvu)"
    assert fingerprint(FailureContext(message=one)) == fingerprint(FailureContext(message=two))


def test_the_module_of_an_exception_does_not_count() -> None:
    one = FailureContext(message="pets_driver.exceptions.ServerError: HTTP 500 at 2026-11-22 10:11:12")
    two = FailureContext(message="shop_driver.exceptions.ServerError: HTTP 502 at 2026-11-23T09:00:00Z")
    assert fingerprint(one) == fingerprint(two)


def test_the_same_from_message_and_log() -> None:
    line = "httpx2.ConnectError: All connection attempts failed"
    assert fingerprint(FailureContext(message=line)) == fingerprint(FailureContext(log=("INFO start", line)))


def test_other_faults_differ() -> None:
    keys = {fingerprint(FailureContext(message=f"KeyError: '{name}'")) for name in ("data", "items", "results")}
    codes = {fingerprint(FailureContext(code=code)) for code in ("unreachable", "internal")}
    assert len(keys | codes) == 5


def test_findings_count_by_code_and_message_not_by_place() -> None:
    def failure(line: int, code: str) -> FailureContext:
        finding = Finding(
            code=code, severity="P1", file=f"a{line}_driver/client.py", line=line, message="read lacks it."
        )
        return FailureContext(findings=(finding,))

    assert fingerprint(failure(1, "F821")) == fingerprint(failure(80, "F821"))
    assert fingerprint(failure(1, "F821")) != fingerprint(failure(1, "F811"))


def test_failed_behaviours_count_by_name() -> None:
    failed = FailureContext(behaviours=(BehaviourResult(name="read-all-pages", passed=False, received="3"),))
    again = FailureContext(behaviours=(BehaviourResult(name="read-all-pages", passed=False, received="7"),))
    passed = FailureContext(behaviours=(BehaviourResult(name="read-all-pages", passed=True),))
    assert fingerprint(failed) == fingerprint(again) != fingerprint(passed)
