"""A driver on the command line: what it prints, what it sends, what it refuses, and how it ends."""

import csv
import importlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile

from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]
PETS = [{"id": n, "name": f"Zoë {n}\u2028\x9b31m", "tag": "=1+1"} for n in (1, 2, 3)]


class Terminal:
    """The command line of a driver, whose requests go to `rig`."""

    def __init__(self, rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
        self.rig = rig
        self._capsys = capsys
        self._main = importlib.import_module(f"{rig.package.__name__}.__main__")

    def __call__(self, *words: str, answers: Any = None) -> tuple[int, str, str]:
        records = isinstance(answers, list) and isinstance(answers[0], dict)
        given = [httpx2.Response(200, json={"data": answers})] if records else answers
        driver = self.rig.open(given or [], max_retries=0)
        vars(self._main)["Driver"] = SimpleNamespace(from_env=lambda: driver)
        try:
            code = self._main.main(list(words))
        except SystemExit as leaving:
            code = leaving.code
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def rows(self, *words: str, answers: Any = None) -> list[Any]:
        code, out, err = self(*words, answers=answers)
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def terminal(rig: Make, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(rig(profiles.petstore()), capsys)


def test_objects_come_with_what_can_be_done_and_what_reads_need(terminal: Terminal) -> None:
    rows = terminal.rows("objects")
    assert {"object": "pets", "can": ["read", "create", "update", "delete"], "needs": []} in rows
    assert {"object": "orders", "can": ["read"], "needs": ["petId"]} in rows
    assert [row["object"] for row in terminal.rows("objects", "ORD")] == ["orders"]


def test_fields_and_parameters_of_an_object_are_told(terminal: Terminal) -> None:
    rows = terminal.rows("fields", "pets")
    assert {"parameter": "tags", "type": "array", "required": False} in rows
    assert [r["description"] for r in rows if r.get("field") == "id"] == ["Unique in the store."]


def test_operations_are_found_by_all_words(terminal: Terminal) -> None:
    found = terminal.rows("operations", "PHOTO", "post")
    assert found == [{"operation": "upload_photo", "request": "POST /pets/{petId}/photo", "takes": ["petId*", "body"]}]
    assert len(terminal.rows("operations")) == len(profiles.petstore().operations)


def test_records_are_a_line_each_in_their_own_letters(terminal: Terminal) -> None:
    code, out, err = terminal("read", "pets", "--limit", "2", answers=PETS)
    assert (code, [json.loads(line) for line in out.splitlines()]) == (0, PETS[:2])
    assert "Zoë" in out
    assert not {"\u2028", "\x9b"} & set(out)
    assert err == "Stopped at 2: see --limit.\n"


def test_a_limit_of_nought_reads_all_pages(terminal: Terminal) -> None:
    pages = [httpx2.Response(200, json={"data": page}) for page in (PETS[:2], PETS[2:], [])]
    assert terminal.rows("read", "pets", "--limit", "0", answers=pages) == PETS


def test_records_are_one_document_or_a_table_that_calculates_nothing(terminal: Terminal) -> None:
    assert json.loads(terminal("read", "pets", "--json", answers=PETS)[1]) == PETS
    records = [*PETS, {"name": "x", "tag": "-1.5", "owner": {"a": None}}]
    table = list(csv.reader(io.StringIO(terminal("read", "pets", "--csv", answers=records)[1], newline="")))
    assert table[0] == ["id", "name", "tag", "owner"]
    assert table[1] == ["1", PETS[0]["name"], "'=1+1", ""]
    assert table[-1] == ["", "x", "-1.5", '{"a": null}']


def test_parameters_go_out_as_what_they_are(terminal: Terminal) -> None:
    words = ["--param", "status=sold", "--param", "tags=a,b", "--param", "tags=c", "--param", "page=2"]
    terminal("read", "pets", *words, answers=PETS)
    assert {("status", "sold"), ("tags", "a,b"), ("tags", "c"), ("page", "2")} <= set(
        terminal.rig.requests[0].url.params.multi_items()
    )
    terminal("read", "pets", "--param", 'tags=["d", "e"]', answers=PETS)
    assert terminal.rig.requests[-1].url.params.get_list("tags") == ["d", "e"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["read", "pets", "--param", "page=two"], "'page=two': it takes a value of type integer"),
        (["read", "pets", "--param", "page=true"], "'page=true': it takes a value of type integer"),
        (["read", "pets", "--param", "colour=red"], "it takes page, per_page, status, tags, petId"),
        (["read", "pets", "--param", "status"], "give NAME=VALUE"),
        (["read", "pets", "--json", "--csv"], "not allowed with argument --json"),
        (["call", "add_pet", "--body", "{}"], "POST /pets may change something: --yes sends it"),
        (["call", "get_pet", "--param", "petId=1", "--body", "{}"], "get_pet takes no body"),
        (["call", "add_pet", "--yes", "--body", "{"], "--body is no JSON"),
        (["call", "add_pet", "--yes", "--body", "@no/such/file"], "No such file"),
        ([], "required: COMMAND"),
    ],
)
def test_wrong_usage_ends_with_2_and_sends_nothing(terminal: Terminal, words: list[str], told: str) -> None:
    code, out, err = terminal(*words)
    assert (code, out, terminal.rig.requests) == (2, "", [])
    assert told in " ".join(err.split())


def test_a_change_is_sent_when_it_is_asked_for_in_so_many_words(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "pet.json"
    file.write_text('{"name": "Zoë"}', "utf-8")
    code, out, _ = terminal(
        "call", "add_pet", "--yes", "--body", f"@{file}", answers=[httpx2.Response(201, json={"id": 4})]
    )
    assert (code, json.loads(out)) == (0, {"id": 4})
    assert json.loads(terminal.rig.requests[0].content) == {"name": "Zoë"}


def test_what_an_api_answers_in_text_is_printed_as_it_came(terminal: Terminal) -> None:
    words = ["call", "log_in", "--yes", "--body", '{"user": "a b"}']
    assert terminal(*words, answers=[httpx2.Response(200, text="wélcome")]) == (0, "wélcome\n", "")
    assert terminal.rig.requests[0].content == b"user=a%20b"


@pytest.mark.parametrize(
    ("words", "answer", "told"),
    [
        (
            ["read", "pets"],
            httpx2.Response(401),
            "AuthenticationError: GET /pets answered 401. Give api_key (PETSTORE_API_KEY).",
        ),
        (["read", "pets"], httpx2.ConnectError("refused"), "refused; look at the network, and at PETSTORE_BASE_URL"),
        (["read", "pet"], httpx2.Response(200), "ObjectNotFoundError: No object is called 'pet'"),
        (["call", "get_pets"], httpx2.Response(200), "as ['get_pet'"),
        (["call", "get_pet"], httpx2.Response(200), "get_pet: petId is missing; it takes petId."),
    ],
)
def test_a_failure_is_one_line_that_says_what_to_do(
    terminal: Terminal, words: list[str], answer: Any, told: str
) -> None:
    code, out, err = terminal(*words, answers=[answer])
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert told in err


def test_ctrl_c_ends_it_without_a_word(terminal: Terminal) -> None:
    def stop(_: httpx2.Request) -> httpx2.Response:
        raise KeyboardInterrupt

    assert terminal("read", "pets", answers=stop) == (130, "", "")


def test_a_parameter_of_a_body_is_json(rig: Make, capsys: pytest.CaptureFixture[str]) -> None:
    body = profiles.BodyProfile(media_type="application/json", kind="json", argument=None)
    searched = profiles.operation(
        "search", "POST /search", profiles.parameter("filter", location="body", type="object"), body=body
    ).model_copy(update={"only_reads": True})
    terminal = Terminal(rig(profiles.profile("Search", [searched], [])), capsys)
    assert terminal("call", "search", "--param", 'filter={"a": 1}', answers=[httpx2.Response(200, json=[])])[0] == 0
    assert json.loads(terminal.rig.requests[0].content) == {"filter": {"a": 1}}


def test_every_kind_of_driver_has_a_command_line_that_tells_its_names(
    rig: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    for make in profiles.ALL.values():
        profile = make()
        terminal = Terminal(rig(profile), capsys)
        assert [row["object"] for row in terminal.rows("objects")] == list(profile.objects)
        assert [row["operation"] for row in terminal.rows("operations")] == list(profile.operations)
