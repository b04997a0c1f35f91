"""Records come through the driver in the sandbox, from files that are what was published."""

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from driversmith.engine.drivers import records
from driversmith.engine.drivers.publish import publish
from driversmith.engine.drivers.records import CallPlace, DriverReader, ReadPlace
from driversmith.engine.errors import FetchError, InvalidArgumentError, SandboxUnavailableError
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.models.profile import ApiProfile, DescriptionSource, Evidence, ObjectProfile, OperationProfile
from driversmith.engine.models.session import PublishedFile
from driversmith.engine.network.redaction import Redactor
from driversmith.engine.sandbox.launching import plain
from driversmith.engine.sandbox.port import Reply
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.settings import Settings

CLIENT = """
import httpx2

class DriverError(Exception):
    pass

class InvalidRequestError(DriverError):
    pass

class AuthenticationError(DriverError):
    pass

class ServerError(DriverError):
    pass

class PetsDriver:
    def __init__(self, base_url, timeout, max_retries, **credentials):
        self.credentials, self.base_url = credentials, base_url
        assert base_url == "http://127.0.0.1:9"

    def read(self, object_name, *, limit, status="ok"):
        if status != "ok":
            if status == "odd":
                return [{"id": float("nan"), "text": "\\ud83d"}]
            if status == "refused":
                httpx2.get(self.base_url + "/pets")
                raise ServerError("GET /pets answered 502: half a sen")
            raise {"bad": InvalidRequestError, "key": AuthenticationError, "down": ServerError}[status](status)
        return [{"id": n, "echo": "hunter22", "hunter22": n} for n in range(limit)]

    def call_operation(self, operation, **params):
        return [operation, params, "hunter22"]

    def read_batched(self, object_name, *, batch_size, status="ok", last=5):
        if status != "ok":
            return iter([self.read(object_name, limit=1, status=status)])
        return self.batches(batch_size, last)

    def batches(self, batch_size, last):
        for first in range(0, last, batch_size):
            yield [{"id": n, "echo": "hunter22"} for n in range(first, min(first + batch_size, last))]
        if last > 100:
            raise ServerError("no more")
"""
MANIFEST = {
    "contract_version": 1,
    "api_name": "Pets",
    "api_url": "http://127.0.0.1:9",
    "package": "pets_driver",
    "class_name": "PetsDriver",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    profile = ApiProfile(
        api_name="Pets",
        base_url="http://127.0.0.1:9",
        source=DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1),
        objects={"pets": ObjectProfile(name="pets", operations={}, evidence=Evidence(pointer="#"))},
        operations={
            name: OperationProfile(name=name, method=method, path="/pets", evidence=Evidence(pointer="#"))
            for name, method in {"list_pets": "GET", "add_pet": "POST"}.items()
        },
    )
    files = [
        DriverFile(path="pets_driver/__init__.py", text="from .client import PetsDriver\n"),
        DriverFile(path="pets_driver/client.py", text=CLIENT),
        DriverFile(path="profile.json", text=profile.to_json()),
    ]
    hashes = {f.path: {"sha256": f.sha256, "author": f.author} for f in files}
    manifest = DriverFile(path="driver.json", text=json.dumps({**MANIFEST, "files": hashes}))
    publish([*files, manifest], tmp_path / "pets_driver")
    return tmp_path / "pets_driver"


@pytest.fixture
def learned() -> set[str]:
    return set()


@pytest.fixture
def reader(tmp_path: Path, learned: set[str]) -> DriverReader:
    settings = Settings(home=tmp_path / "home", allow_local=True)
    return DriverReader(settings=settings, sandbox=ProcessSandbox, learn=learned.update)


async def test_the_first_records_are_read(reader: DriverReader, project: Path) -> None:
    records = await reader.read(ReadPlace(project, "pets", {}), limit=2)
    assert [record["id"] for record in records] == [0, 1]


async def test_values_that_json_hardly_allows_are_shown_as_texts(reader: DriverReader, project: Path) -> None:
    assert await reader.read(ReadPlace(project, "pets", {"status": "odd"}), limit=1) == [
        {"id": "nan", "text": "\\ud83d"}
    ]


def _store_a_key(folder: Path) -> None:
    (folder / "home").mkdir()
    credentials = folder / "home" / "credentials.toml"
    credentials.touch(mode=0o600)
    credentials.write_text('["http://127.0.0.1:9"]\nheaders = { X-Key = "hunter22" }\n')


async def test_credentials_that_the_api_echoes_are_redacted(
    reader: DriverReader, project: Path, tmp_path: Path, learned: set[str]
) -> None:
    _store_a_key(tmp_path)
    (record,) = await reader.read(ReadPlace(project, "pets", {}), limit=1)
    assert "hunter22" not in json.dumps(record)
    assert "hunter22" in learned


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        ("bad", InvalidArgumentError, "invalid_argument"),
        ("key", FetchError, "authentication_required"),
        ("down", FetchError, "unreachable"),
    ],
)
async def test_what_the_driver_raises_becomes_an_error_of_ours(
    reader: DriverReader, project: Path, status: str, error: type[InvalidArgumentError | FetchError], code: str
) -> None:
    with pytest.raises(error, match=status) as raised:
        await reader.read(ReadPlace(project, "pets", {"status": status}), limit=1)
    assert raised.value.code == code
    assert raised.value.next_action


async def test_what_the_relay_refuses_is_said_in_its_own_words(tmp_path: Path, project: Path) -> None:
    reader = DriverReader(settings=Settings(home=tmp_path / "home"), sandbox=ProcessSandbox, learn=set[str]().update)
    with pytest.raises(FetchError) as raised:
        await reader.read(ReadPlace(project, "pets", {"status": "refused"}), limit=1)
    assert raised.value.message.startswith("127.0.0.1:9 is a loopback address")
    assert "DRIVERSMITH_ALLOW_LOCAL" in str(raised.value) and "Try again later" not in str(raised.value)


async def test_an_object_that_is_not_there_is_refused_with_those_that_are(reader: DriverReader, project: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="petz") as refused:
        await reader.read(ReadPlace(project, "petz", {}), limit=1)
    assert "pets" in refused.value.next_action


@pytest.mark.parametrize("values", [{"limit": 0}, {"limit": 10**9}, {"limit": 1, "params": {"limit": 3}}])
async def test_a_limit_out_of_range_is_refused(reader: DriverReader, project: Path, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError, match="limit"):
        await reader.read(ReadPlace(project, "pets", values.get("params", {})), limit=values["limit"])


@pytest.mark.parametrize("name", ["self", "object_name", "batch_size"])
async def test_params_that_would_clash_with_the_drivers_own_are_refused(
    reader: DriverReader, project: Path, name: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=f"params holds {name}") as refused:
        await reader.read(ReadPlace(project, "pets", {name: "x", "method": "close"}), limit=1)
    assert f"{name}_" in refused.value.next_action


async def test_what_a_session_made_is_run_as_the_journal_knows_it_and_no_file_beside_it_vouches_for_more(
    project: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home", allow_local=True, allow_unisolated=False)
    reader = DriverReader(settings=settings, sandbox=ProcessSandbox, learn=set[str]().update)
    published = files_of(project)
    client = project / "pets_driver" / "client.py"
    client.write_text(CLIENT.replace("hunter22", "edited"))
    manifest = json.loads((project / "driver.json").read_text())
    manifest["files"]["pets_driver/client.py"]["sha256"] = hashlib.sha256(client.read_bytes()).hexdigest()
    (project / "driver.json").write_text(json.dumps(manifest))
    with pytest.raises(InvalidArgumentError, match=r"client\.py"):
        await reader.read(ReadPlace(project, "pets", {}, published=published), limit=1)


async def test_a_folder_that_a_person_names_is_run_as_it_is_where_code_is_isolated(
    reader: DriverReader, project: Path
) -> None:
    client = project / "pets_driver" / "client.py"
    client.write_text(CLIENT.replace("hunter22", "edited"))
    (record,) = await reader.read(ReadPlace(project, "pets", {}), limit=1)
    assert record["echo"] == "edited"


async def test_without_isolation_only_what_the_templates_wrote_and_nobody_touched_is_run(
    project: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home", allow_local=True, allow_unisolated=False)
    reader = DriverReader(settings=settings, sandbox=lambda: ProcessSandbox(ways=[plain()]), learn=set[str]().update)
    with pytest.raises(SandboxUnavailableError) as refused:
        await reader.read(ReadPlace(project, "pets", {}), limit=1)
    assert "bubblewrap" in refused.value.next_action


def files_of(project: Path) -> tuple[PublishedFile, ...]:
    """What a session would have published there."""
    listed = json.loads((project / "driver.json").read_text())["files"]
    return tuple(PublishedFile(path=path, sha256=known["sha256"], author="template") for path, known in listed.items())


async def test_files_that_the_driver_does_not_list_do_not_run(reader: DriverReader, project: Path) -> None:
    (project / "json.py").write_text("raise SystemExit")
    (project / "pets_driver" / "sneaky.py").write_text("import os")
    assert await reader.read(ReadPlace(project, "pets", {}), limit=1)


async def test_a_folder_without_a_driver_is_refused(reader: DriverReader, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="no driver"):
        await reader.read(ReadPlace(tmp_path, "pets", {}), limit=1)


async def test_a_driver_of_a_newer_contract_is_refused_as_such(reader: DriverReader, project: Path) -> None:
    newer = {**json.loads((project / "driver.json").read_text()), "contract_version": 99}
    (project / "driver.json").write_text(json.dumps(newer))
    with pytest.raises(InvalidArgumentError, match="contract version 99"):
        await reader.read(ReadPlace(project, "pets", {}), limit=1)


async def test_batches_come_one_after_the_other_until_there_are_none(reader: DriverReader, project: Path) -> None:
    async with reader.open(ReadPlace(project, "pets", {}), batch_size=3) as batches:
        assert [record["id"] for record in await batches.next() or []] == [0, 1, 2]
        assert [record["id"] for record in await batches.next() or []] == [3, 4]
        assert await batches.next() is None


@pytest.mark.parametrize("status", ["bad", "key", "down"])
async def test_what_the_driver_raises_at_the_first_batch_becomes_an_error_of_ours(
    reader: DriverReader, project: Path, status: str
) -> None:
    with pytest.raises((InvalidArgumentError, FetchError), match=status):
        async with reader.open(ReadPlace(project, "pets", {"status": status}), batch_size=3):
            pass


async def test_what_the_driver_raises_at_a_later_batch_becomes_an_error_of_ours(
    reader: DriverReader, project: Path
) -> None:
    async with reader.open(ReadPlace(project, "pets", {"last": 101}), batch_size=101) as batches:
        assert len(await batches.next() or []) == 101
        with pytest.raises(FetchError, match="no more"):
            await batches.next()


async def test_batches_hold_no_credentials_that_the_api_echoes(
    reader: DriverReader, project: Path, tmp_path: Path
) -> None:
    _store_a_key(tmp_path)
    async with reader.open(ReadPlace(project, "pets", {}), batch_size=3) as batches:
        assert "hunter22" not in json.dumps(await batches.next())


def test_an_access_token_that_was_fetched_meanwhile_is_redacted() -> None:
    learnt: list[str] = []
    relay: Any = SimpleNamespace(secrets=lambda: frozenset({"fetched-token-1"}), refused=[])
    child: Any = None
    driver = records._OpenDriver(child, relay, Redactor(), learnt.extend, ())
    assert driver.records(Reply(value=[{"echo": "Bearer fetched-token-1"}])) == [{"echo": "Bearer [redacted]"}]
    assert learnt == ["fetched-token-1"]


async def test_an_operation_is_called_without_telling_secrets(
    reader: DriverReader, project: Path, tmp_path: Path
) -> None:
    _store_a_key(tmp_path)
    answer = await reader.call(CallPlace(project, "list_pets", {"status": "sold"}))
    assert isinstance(answer, list)
    assert answer[:2] == ["list_pets", {"status": "sold"}]
    assert "hunter22" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("name", "params", "told"),
    [
        ("add_pet", {}, "POST /pets may change something"),
        ("list_pet", {}, "Did you mean list_pets"),
        ("list_pets", {"operation": "add_pet"}, "operation_"),
    ],
)
async def test_what_must_not_be_called_is_refused(
    reader: DriverReader, project: Path, name: str, params: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        await reader.call(CallPlace(project, name, params))
    assert told in f"{refused.value.message} {refused.value.next_action}"


async def test_an_operation_that_changes_something_is_called_where_it_may(reader: DriverReader, project: Path) -> None:
    assert await reader.call(CallPlace(project, "add_pet", {}, changes=True)) == ["add_pet", {}, "hunter22"]
