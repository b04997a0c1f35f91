"""Rules that need a profile of another kind than the sample's."""

from typing import Any

import pytest
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.validation.inspection import inspect

CLIENT = "pet_shop_driver/client.py"
HEADERS = '{"X-API-Key": api_key}'
BEARER = {"kind": "bearer", "parameter": "Authorization", "prefix": "Bearer "}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ('"Token " + api_key', "begins with `Token`"),
        ('f"ApiKey {api_key}"', "begins with `ApiKey`"),
        ('"Key %s" % api_key', "begins with `Key`"),
        ("api_key", "is the bare credential"),
    ],
)
def test_a_credential_goes_in_the_form_that_the_api_wants(driver: dict[str, str], value: str, says: str) -> None:
    _send(driver, value)
    found = _found(driver, "wrong-authorization", auth=BEARER)
    assert [(f.severity, f.file) for f in found] == [("P1", CLIENT)]
    assert says in found[0].message
    assert "Authorization" in driver[CLIENT].split("\n")[found[0].line - 1]


@pytest.mark.parametrize("value", ['f"Bearer {api_key}"', '"Bearer " + api_key', "self._header(api_key)", "value"])
def test_the_right_form_and_one_that_nobody_can_tell_are_left_alone(driver: dict[str, str], value: str) -> None:
    _send(driver, value)
    assert _found(driver, "wrong-authorization", auth=BEARER) == []


def test_nothing_is_sent_to_an_api_without_credentials(driver: dict[str, str]) -> None:
    _send(driver, 'f"Bearer {api_key}"')
    assert [f.severity for f in _found(driver, "wrong-authorization", auth=None)] == ["P1"]


def test_records_are_taken_from_where_they_stand(driver: dict[str, str]) -> None:
    found = _found(driver, "records-not-found", record_path=("animals",))
    assert [(f.severity, f.file) for f in found] == [("P1", CLIENT)]
    assert "`animals`" in found[0].message
    driver[CLIENT] = driver[CLIENT].replace('"Records of an object, page by page."', '"Pages."')
    driver[CLIENT] = driver[CLIENT].replace("yield records\n", 'yield records["animals"]\n')
    assert _found(driver, "records-not-found", record_path=("animals",)) == []


def test_the_finding_points_to_where_the_code_takes_something_else(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace("yield records\n", 'yield records["results"]\n')
    (found,) = _found(driver, "records-not-found", record_path=("animals",))
    assert "results" in driver[CLIENT].split("\n")[found.line - 1]


def test_a_header_made_by_a_function_that_nobody_calls_is_not_sent(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace(f"{HEADERS} if api_key else {{}}", "{}")
    driver[CLIENT] += '\n\ndef _headers(key: str) -> dict[str, str]:\n    return {"X-API-Key": key}\n'
    assert _found(driver, "auth-not-sent") != []


def test_the_names_of_capabilities_are_no_credentials(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace(HEADERS, "{}").replace('["api_key"], 100', 'auth=["x"], max_page_size=1')
    assert _found(driver, "auth-not-sent", auth=BEARER) != []


def test_a_request_at_construction_is_told_at_the_call_in_the_constructor(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace(
        "    @classmethod\n    def from_env",
        "        self._greet()\n\n    def _greet(self) -> None:\n"
        '        self._transport.send("GET", "/pets")\n\n    @classmethod\n    def from_env',
    )
    (found,) = _found(driver, "network-at-construction")
    assert "self._greet()" in driver[CLIENT].split("\n")[found.line - 1]


def test_a_loop_of_retries_may_send_the_same_page_again(driver: dict[str, str]) -> None:
    driver[CLIENT] += (
        "\n\ndef _fetch(link: Transport, page: int) -> Any:\n    while True:\n        try:\n"
        '            return link.send("GET", "/pets", params={"page_number": page})\n'
        "        except OSError:\n            continue\n"
    )
    assert [f for f in inspect(driver, whole=True) if f.code.startswith("paging")] == []


def test_a_request_to_another_host_is_one_fault(driver: dict[str, str]) -> None:
    driver[CLIENT] += '\n\ndef _tell(link: httpx2.Client) -> None:\n    link.post("https://spy.example.org/used")\n'
    codes = {f.code for f in inspect(driver, whole=True)}
    assert "foreign-host" in codes
    assert "invented-endpoint" not in codes


def _send(driver: dict[str, str], value: str) -> None:
    assert HEADERS in driver[CLIENT], "the sample has changed"
    driver[CLIENT] = driver[CLIENT].replace(HEADERS, f'{{"Authorization": {value}}}')


def _found(
    driver: dict[str, str], code: str, *, auth: dict[str, Any] | str | None = "", record_path: tuple[str, ...] = ()
) -> list[Finding]:
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    if auth is None:
        profile = profile.model_copy(update={"auth": ()})
    elif isinstance(auth, dict):
        profile = profile.model_copy(update={"auth": (profile.auth[0].model_copy(update=auth),)})
    if record_path:
        pets = profile.objects["pets"].model_copy(update={"record_path": record_path})
        profile = profile.model_copy(update={"objects": {**profile.objects, "pets": pets}})
    return [f for f in inspect(driver, whole=True, profile=profile) if f.code == code]
