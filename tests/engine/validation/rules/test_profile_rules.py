"""Rules that need a profile of another kind than the sample's."""

from typing import Any

import pytest
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.profile import ApiProfile, FieldProfile, SkippedOperation
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


def test_an_envelope_named_in_a_table_is_one_of_the_api(driver: dict[str, str]) -> None:
    driver[CLIENT] += '\n_ROW = dict(records=("data",), total="count")\n_OTHER = dict(records=("pets",))\n'
    found = _found(driver, "wrong-envelope", record_path=("pets",))
    assert [f.message.partition(";")[0] for f in found] == ["No answer of the API holds its records under `data`"]


def test_a_record_goes_out_in_no_envelope_of_the_drivers_making(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace("json=data", 'json={"pet": data}', 1)
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    assert [f for f in inspect(driver, whole=True, profile=profile) if f.code == "wrapped-body"] == []
    operations = {
        name: o.model_copy(update={"body": o.body.model_copy(update={"fields": {"name": FieldProfile()}})})
        if o.body
        else o
        for name, o in profile.operations.items()
    }
    known = profile.model_copy(update={"operations": operations})
    found = [f for f in inspect(driver, whole=True, profile=known) if f.code == "wrapped-body"]
    assert [f.severity for f in found] == ["P1"]


def test_the_next_position_stands_where_the_api_puts_it(driver: dict[str, str]) -> None:
    driver[CLIENT] += '\n\ndef follow(answer: dict[str, Any]) -> Any:\n    return answer.get("meta", {}).get("next")\n'
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    pets = profile.objects["pets"]
    for path, count in ((("next",), 1), (("meta", "next"), 0), (("data", "meta", "next"), 0)):
        paging = pets.pagination.model_copy(update={"next_path": path})
        changed = profile.model_copy(update={"objects": {"pets": pets.model_copy(update={"pagination": paging})}})
        found = [f for f in inspect(driver, whole=True, profile=changed) if f.code == "next-misplaced"]
        assert len(found) == count


def test_a_page_is_no_larger_than_the_api_allows(driver: dict[str, str]) -> None:
    driver[CLIENT] += "\nPAGE_SIZE = 500\nSIZES = [PAGE_SIZE]\n"
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    pets = profile.objects["pets"]
    for largest, count in ((100, 1), (500, 0), (None, 0)):
        paging = pets.pagination.model_copy(update={"size_parameter": "per_page", "max_size": largest})
        changed = profile.model_copy(update={"objects": {"pets": pets.model_copy(update={"pagination": paging})}})
        found = [f for f in inspect(driver, whole=True, profile=changed) if f.code == "page-too-large"]
        assert len(found) == count


def test_a_base_url_in_a_constant_is_no_path_of_the_api(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace(
        'base_url: str = "https://pets.example.com/v1"', "base_url: str = DEFAULT_BASE_URL"
    )
    driver[CLIENT] = driver[CLIENT].replace(
        "\n\nclass PetShopDriver",
        '\nDEFAULT_BASE_URL = "https://pets.example.com/v1"\nbase_url: str = DEFAULT_BASE_URL\n\n\nclass PetShopDriver',
    )
    assert [f.message for f in inspect(driver, whole=True) if f.code == "invented-endpoint"] == []


def test_the_key_of_a_header_of_its_own_is_no_bearer_token(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace('{"X-API-Key": api_key}', '{"Authorization": f"Bearer {api_key}"}')
    found = [f for f in inspect(driver, whole=True) if f.code in {"wrong-authorization", "auth-not-sent"}]
    assert {f.code for f in found} == {"wrong-authorization", "auth-not-sent"}


def test_a_header_in_a_constant_that_nothing_reads_is_not_sent(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace('{"X-API-Key": api_key}', "{}") + '\n_HEADER = "X-API-Key"\n'
    assert [f.code for f in inspect(driver, whole=True) if f.code == "auth-not-sent"] == ["auth-not-sent"]


def test_a_method_in_capitals_builds_no_name_of_a_variable(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace(
        "send(method, path, params=params, json=json)", "send(method.upper(), path)"
    )
    driver[CLIENT] = driver[CLIENT].replace('"api_key": "PET_SHOP_API_KEY"', '"api_key": "PET_SHOP_TOKEN"')
    driver[CLIENT] = driver[CLIENT].replace("PET_SHOP_BASE_URL and PET_SHOP_API_KEY", "the environment")
    assert "environment-name" in {f.code for f in inspect(driver, whole=True)}


def test_an_offset_grows_by_records(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace("page, before = page + 1, records", "page += 1")
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    pets = profile.objects["pets"]
    for style, count in (("page", 0), ("offset", 1)):
        paging = pets.pagination.model_copy(update={"style": style})
        objects = {"pets": pets.model_copy(update={"pagination": paging})}
        changed = profile.model_copy(update={"objects": objects})
        found = [f for f in inspect(driver, whole=True, profile=changed) if f.code == "paging-step"]
        assert len(found) == count


def test_a_path_key_with_a_query_is_the_path_and_its_query(driver: dict[str, str]) -> None:
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    operations = {n: o.model_copy(update={"path": f"{o.path}?v=2&flag"}) for n, o in profile.operations.items()}
    changed = profile.model_copy(update={"operations": operations})

    def found(path: str) -> list[tuple[str, str]]:
        texts = {**driver, CLIENT: driver[CLIENT].replace("/pets", path)}
        codes = {"invented-endpoint", "wrong-method", "invented-parameter", "lost-base-path"}
        return [(f.code, f.message) for f in inspect(texts, whole=True, profile=changed) if f.code in codes]

    assert found("/pets") == found("/pets?v=2&flag") == found("/pets?v=2") == []
    assert {code for code, _ in found("/pets?w=2")} == {"invented-parameter"}
    assert all("/pets?v=2&flag" in message for code, message in found("/dogs") if code == "invented-endpoint")
    assert found("/dogs")


def test_a_path_of_another_server_is_none_of_this_one(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace('self.read("pets", limit=1)', 'self.call_endpoint("GET", "/health")')
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    for reason, count in (("other_server", 1), ("unsupported_media", 0)):
        skipped = SkippedOperation.model_construct(operation="GET /health", reason=reason)  # pyright: ignore[reportArgumentType]
        changed = profile.model_copy(update={"skipped": (skipped,)})
        found = [f for f in inspect(driver, whole=True, profile=changed) if f.code == "invented-endpoint"]
        assert len(found) == count


def test_an_example_gives_what_stands_in_the_path(driver: dict[str, str]) -> None:
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    pets = profile.objects["pets"].model_copy(update={"operations": {"read": "getPet"}})
    changed = profile.model_copy(update={"objects": {**profile.objects, "pets": pets}})
    found = [f for f in inspect(driver, whole=True, profile=changed) if f.code == "example-unknown-name"]
    assert [f.message for f in found] == ["pets cannot be read without petId."]


def test_a_credential_is_not_shown_by_repr(driver: dict[str, str]) -> None:
    driver[CLIENT] = driver[CLIENT].replace(
        "    def __enter__",
        '    def __repr__(self) -> str:\n        return f"PetShopDriver({self.api_key})"\n\n    def __enter__',
    )
    found = [f for f in inspect(driver, whole=True) if f.code == "secret-in-message"]
    assert [f.message.partition(":")[0] for f in found] == ["self.api_key goes into what __repr__ shows"]


def test_readme_and_comments_may_speak_of_what_the_api_is_about(driver: dict[str, str]) -> None:
    _about(driver, "Todo lists with placeholder pictures.")
    driver["README.md"] += "\nEach todo has an owner.\n"
    driver[CLIENT] += "\n# the placeholder of a todo without picture\n"
    assert _found(driver, "unfinished-readme") == []
    assert _found(driver, "placeholder-comment") == []
    driver["README.md"] += "\nTODO: describe the limits of each todo\n"
    driver[CLIENT] += "\n# TODO: more of todos\n"
    assert [f.line for f in _found(driver, "unfinished-readme")] == [driver["README.md"].count("\n")]
    assert [f.line for f in _found(driver, "placeholder-comment")] == [driver[CLIENT].count("\n")]


def test_a_key_that_the_description_shows_to_everybody_is_no_secret(driver: dict[str, str]) -> None:
    shown, own = "sk_test_4eC39HqLyjWDarjtT1zdp7dcAAAA", "sk_test_4eC39HqLyjWDarjtT1zdp7dcBBBB"
    _about(driver, f"Try it with {shown}.")
    for key, count in ((shown, 0), (own, 1)):
        driver[CLIENT] += f"\n_KEY = {key!r}\n"
        driver["README.md"] += f"\nTry {key}\n"
        assert len(_found(driver, "literal-key")) == count
        assert len(_found(driver, "literal-key-in-text")) == count


def test_an_argument_may_be_called_like_a_builtin(driver: dict[str, str]) -> None:
    driver[CLIENT] += "\n\ndef applied(job: str, compile: Any) -> Any:\n    return compile(job)\n"
    assert _found(driver, "dynamic-code") == []
    driver[CLIENT] += "\n\ndef ran(job: str) -> Any:\n    return compile(job)\n"
    assert len(_found(driver, "dynamic-code")) == 1


def _about(driver: dict[str, str], description: str) -> None:
    """Have the API say this of itself."""
    profile = ApiProfile.model_validate_json(driver["profile.json"])
    driver["profile.json"] = profile.model_copy(update={"description": description}).to_json()


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
