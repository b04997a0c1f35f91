"""One fault has one fingerprint, wherever and whenever it is met."""

import pytest
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


def test_failed_behaviours_count_by_what_they_tell() -> None:
    failed = FailureContext(behaviours=(BehaviourResult(name="read-all-pages", passed=False, received="3"),))
    again = FailureContext(behaviours=(BehaviourResult(name="read-all-pages", passed=False, received="7"),))
    passed = FailureContext(behaviours=(BehaviourResult(name="read-all-pages", passed=True),))
    assert fingerprint(failed) == fingerprint(again) != fingerprint(passed)


PETS = ("pets", "owners", "list_pets", "findPetsByStatus")
STATIONS = ("stations", "forecasts", "list_stations", "getForecast")
IN_TWO_APIS = [
    (
        "invented-path",
        "The API has no path /petz/{petId}; it has: /pets, /pets/{petId}.",
        "The API has no path /forecast; it has: /stations, /stations/{id}/forecasts and 3 more.",
    ),
    (
        "contract-class-name",
        "The driver class is called PetClient; package pets_driver calls for PetsDriver.",
        "The driver class is called StationClient; package weather_driver calls for WeatherDriver.",
    ),
    (
        "contract-missing-method",
        "PetsDriver has no method read_batched; it has: list_pets, read, close.",
        "WeatherDriver has no method read_batched; it has: read, find_station.",
    ),
    ("F821", "Undefined name `pet_id`", "Undefined name `station`"),
    (
        "undefined-attribute",
        "`self.pets_url` is used, but PetsDriver has no pets_url; its methods: read, close.",
        "`self._stations` is used, but WeatherDriver has no _stations; its methods: none.",
    ),
    (
        "paging-missing",
        "pets is paged (offset) by `skip`, which does not occur in the code: only the first page is read.",
        "forecasts is paged (offset) by `offset`, which does not occur in the code: only the first page is read.",
    ),
    (
        "environment-prefix",
        "The code reads the variable PET_KEY; the driver's begin with PETS_.",
        "The code reads the variable API_TOKEN; the driver's begin with WEATHER_STATIONS_.",
    ),
]


def found(code: str, message: str, names: tuple[str, ...]) -> str:
    finding = Finding(code=code, severity="P1", file=f"{names[0]}_driver/client.py", line=3, message=message)
    return fingerprint(FailureContext(findings=(finding,), names=names))


@pytest.mark.parametrize(("code", "pets", "stations"), IN_TWO_APIS)
def test_the_same_fault_in_another_api_is_the_same(code: str, pets: str, stations: str) -> None:
    assert found(code, pets, PETS) == found(code, stations, STATIONS)


def test_methods_of_the_contract_are_no_names_of_an_api() -> None:
    one = found("contract-missing-method", "PetsDriver has no method read_batched; it has: read.", PETS)
    two = found("contract-missing-method", "PetsDriver has no method list_objects; it has: read.", PETS)
    assert one != two


def test_the_same_text_of_two_apis_is_the_same() -> None:
    one = FailureContext(message="KeyError: 'pet_owners'", names=PETS)
    two = FailureContext(message="KeyError: 'stations'", names=STATIONS)
    assert fingerprint(one) == fingerprint(two)
    assert fingerprint(one) != fingerprint(FailureContext(message="KeyError: 'data'", names=PETS))


def test_the_worst_fault_alone_counts() -> None:
    def failure(*codes: tuple[str, str]) -> FailureContext:
        return FailureContext(
            findings=tuple(
                Finding(code=code, severity=severity, file="client.py", message="It is wrong.")  # type: ignore[arg-type]
                for code, severity in codes
            )
        )

    alone = fingerprint(failure(("F821", "P1")))
    assert fingerprint(failure(("F811", "P2"), ("F821", "P1"))) == alone
    assert fingerprint(failure(("syntax-error", "P0"), ("F821", "P1"))) != alone


def test_how_the_failure_of_the_checks_is_summed_up_does_not_count() -> None:
    finding = Finding(code="F821", severity="P1", file="client.py", message="Undefined name `x`")
    one = FailureContext(code="generation_failed", message="client.py: 3 tries", findings=(finding,))
    two = FailureContext(code="validation_failed", message="1 finding(s)", findings=(finding,))
    assert fingerprint(one) == fingerprint(two)
