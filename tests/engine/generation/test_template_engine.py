"""A profile gives a whole driver: the same bytes every time, small, and clean for every tool."""

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.contract.surface import EXCEPTION_NAMES, FILES, METHOD_NAMES, MORE_METHODS, TWIN_PREFIX
from driversmith.engine.errors import GenerationError
from driversmith.engine.generation import template_engine
from driversmith.engine.generation.manifest import manifest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import DriverBundle, Verification
from driversmith.engine.models.profile import ApiProfile, ServerProfile

from ...counting import calls
from ...patience import LONG
from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]
ALL = pytest.mark.parametrize("kind", profiles.ALL)


def written(bundle: DriverBundle, folder: Path) -> Path:
    for file in bundle.files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
    return folder


@ALL
def test_the_same_profile_gives_the_same_bytes(kind: str) -> None:
    again = ApiProfile.model_validate_json(profiles.ALL[kind]().to_json())
    assert write_driver(again) == write_driver(profiles.ALL[kind]())


@ALL
def test_every_file_of_the_contract_is_there(kind: str) -> None:
    bundle = write_driver(profiles.ALL[kind]())
    paths = {file.path for file in bundle.files} | {"driver.json"}
    assert {file.path(bundle.project) for file in FILES} <= paths
    assert {file.author for file in bundle.files} == {"template"}


@ALL
def test_all_python_compiles(kind: str) -> None:
    for file in write_driver(profiles.ALL[kind]()).files:
        if file.path.endswith(".py"):
            compile(file.text, file.path, "exec")


@ALL
def test_ruff_has_nothing_to_say(kind: str, tmp_path: Path) -> None:
    folder = written(write_driver(profiles.ALL[kind]()), tmp_path)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "."]
    for place in (folder, folder.parent):
        run = subprocess.run(
            [*command[:-1], str(folder)], cwd=place, capture_output=True, text=True, check=False, timeout=60
        )
        assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("kind", [k for k in profiles.ALL if k != "hostile"])
def test_it_is_laid_out_as_ruff_format_would(kind: str, tmp_path: Path) -> None:
    folder = written(write_driver(profiles.ALL[kind]()), tmp_path)
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--diff", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONG)
    assert run.returncode == 0, run.stdout


@ALL
def test_its_own_tests_pass(kind: str, tmp_path: Path) -> None:
    folder = written(write_driver(profiles.ALL[kind]()), tmp_path)
    command = [sys.executable, "-m", "unittest", "discover", "tests"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONG)
    assert run.returncode == 0, run.stderr
    assert "Ran 0 tests" not in run.stderr


def test_its_own_tests_can_fail(tmp_path: Path) -> None:
    folder = written(write_driver(profiles.petstore()), tmp_path)
    records = folder / "petstore_driver" / "_records.py"
    broken = records.read_text().replace("position += 1 ", "position += 2 ")
    assert broken != records.read_text()
    records.write_text(broken)
    command = [sys.executable, "-m", "unittest", "discover", "tests"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONG)
    assert "test_batches_arrive_one_by_one" in run.stderr


def test_a_driver_of_twelve_operations_is_small() -> None:
    every_kind = profiles.petstore()
    usual = {
        o.name: o.model_copy(update={"body": o.body and profiles.JSON_BODY}) for o in every_kind.operations.values()
    }
    assert len(usual) == 12
    assert size(every_kind.model_copy(update={"operations": usual})) < 91_000
    assert size(every_kind) < 93_000


def size(profile: ApiProfile) -> int:
    """Bytes of a driver, driver.json included and profile.json not."""
    bundle = write_driver(profile)
    texts = [f.text for f in bundle.files if f.path != "profile.json"] + [manifest(profile, bundle, Verification())]
    return sum(len(text.encode()) for text in texts)


def test_a_very_large_api_stays_small_and_quick_to_import(make_large: ApiProfile, rig: Make) -> None:
    bundle = write_driver(make_large)
    texts = {f.path: f.text for f in bundle.files}
    assert sum(len(text.encode()) for path, text in texts.items() if path != "profile.json") < 475_000
    assert "TypedDict" not in texts["large_driver/types.py"]
    found = rig(make_large)
    assert f"{found.__name__}._fields" not in sys.modules
    fields = found.open().get_fields("object_7")
    assert fields["field_3"] == {"type": "integer", "required": True, "nullable": False, "description": ""}


def test_the_work_grows_with_the_api_and_not_with_its_square() -> None:
    def large(size: int) -> ApiProfile:
        listing = [profiles.operation(f"list_{n}", f"GET /things_{n}", profiles.parameter("page")) for n in range(size)]
        paging = profiles.PaginationProfile(style="page", position_parameter="page")
        objects = [profiles.thing(f"thing_{n}", {"read": f"list_{n}"}, pagination=paging) for n in range(size)]
        return profiles.profile("Large", listing, objects)

    small, double, smallest = large(300), large(600), large(10)
    write_driver(smallest)  # what is compiled and cached once
    assert calls(lambda: write_driver(double)) < 2.2 * calls(lambda: write_driver(small))
    bundle = write_driver(small)
    written = calls(lambda: manifest(small, bundle, Verification()))
    bundle = write_driver(double)
    assert calls(lambda: manifest(double, bundle, Verification())) < 2.2 * written


def test_a_driver_that_could_not_be_checked_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_engine, "MAX_FILE_BYTES", 1000)
    with pytest.raises(GenerationError, match="12 operations") as caught:
        write_driver(profiles.petstore())
    assert "objects=[" in caught.value.next_action


def test_a_field_without_types_to_say_it_is_told_all_the_same(rig: Make) -> None:
    field = profiles.FieldProfile
    kinds = {"odd": field(type="null"), "any": field(nullable=True), "list": field(type="array", nullable=True)}
    for more in ({}, {"both": field(type="null", nullable=True)}):
        pets = profiles.thing("pets", {"read": "list_pets"}, fields={**kinds, **more})
        bare = profiles.thing("bare", {"read": "list_pets"})
        listing = [profiles.operation("list_pets", "GET /pets")]
        driver = rig(profiles.profile("Odd", listing, [pets, bare])).open()
        told = {name: (f["type"], f["nullable"]) for name, f in driver.get_fields("pets").items()}
        assert told == {name: (f.type, f.nullable) for name, f in {**kinds, **more}.items()}
        assert driver.get_fields("bare") == {}


@pytest.fixture
def make_large() -> ApiProfile:
    operations = [
        profiles.operation(f"list_{n}", f"GET /parent_{n}/things_{n}", *(profiles.parameter(f"p{m}") for m in range(5)))
        for n in range(360)
    ]
    fields = {f"field_{m}": profiles.FieldProfile(type="integer", required=True) for m in range(20)}
    objects = [profiles.thing(f"object_{n}", {"read": f"list_{n}"}, fields=fields) for n in range(360)]
    return profiles.profile("Large", operations, objects)


@ALL
def test_the_class_offers_the_contract(kind: str, rig: Make) -> None:
    found = rig(profiles.ALL[kind]())
    methods = METHOD_NAMES - {"__init__"} | MORE_METHODS
    twin = getattr(found.package, f"{TWIN_PREFIX}{found.driver_class.__name__}")
    for offered in (found.driver_class, twin):
        assert {name for name in dir(offered) if not name.startswith("_")} == methods
    assert set(found.package.__all__) >= EXCEPTION_NAMES
    for name in found.package.__all__:
        assert hasattr(found.package, name)


def test_only_what_the_profile_uses_is_written() -> None:
    def text(profile: ApiProfile) -> str:
        return "".join(
            f.text for f in write_driver(profile).files if f.path.startswith(("petstore_driver/", "calls_driver/"))
        )

    with_key, without = text(profiles.petstore()), text(profiles.calls_only())
    assert "multipart" in with_key
    for word in ("client_credentials", "base64", "deepObject", "link"):
        assert word not in with_key.lower()
    assert "_auth" not in without
    assert "deepObject" in without


def test_it_installs_with_nothing_but_httpx2() -> None:
    text = write_driver(profiles.petstore())["pyproject.toml"].text
    project: dict[str, Any] = tomllib.loads(text)
    assert project["project"]["dependencies"] == ["httpx2>=2.10,<3"]
    assert project["project"]["requires-python"] == ">=3.11"
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["petstore_driver"]


def test_the_wheel_holds_the_package_alone(tmp_path: Path) -> None:
    folder = written(write_driver(profiles.petstore()), tmp_path / "petstore_driver")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out")]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONG)
    assert run.returncode == 0, run.stderr
    (wheel,) = (tmp_path / "out").glob("*.whl")
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert top == {"petstore_driver", "petstore_driver-1.0.0.dist-info"}
    assert "petstore_driver/py.typed" in zipfile.ZipFile(wheel).namelist()


@ALL
def test_readme_snippets_call_what_exists(kind: str, rig: Make) -> None:
    profile = profiles.ALL[kind]()
    readme = write_driver(profile)["README.md"].text
    found = rig(profile)
    for block in readme.split("```python\n")[1:]:
        tree = ast.parse(block.split("```")[0])
        calls = [n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
        assert calls
        assert all(hasattr(found.driver_class, name) for name in calls)


@pytest.mark.parametrize(
    ("title", "version", "said"),
    [
        ("Pets", "1", "(version 1)"),
        ("A pet store", "1", "(A pet store, version 1)"),
        ("A pet store", "", "(A pet store)"),
        ("Pets", "", "for Pets, made"),
    ],
)
def test_a_title_that_is_the_api_s_name_is_not_said_twice(title: str, version: str, said: str) -> None:
    pets = profiles.profile("Pets", [profiles.operation("list_pets", "GET /pets")], [], title=title, version=version)
    assert said in write_driver(pets)["README.md"].text


def test_the_base_url_is_none_of_the_other_servers() -> None:
    servers = (ServerProfile(url="/v1", evidence=profiles.EVIDENCE),)
    pets = profiles.profile("Pets", [profiles.operation("list_pets", "GET /pets")], [], servers=servers)
    assert "Other servers" not in write_driver(pets)["README.md"].text


def test_readme_tells_what_a_user_must_know() -> None:
    readme = write_driver(profiles.petstore())["README.md"].text
    for text in ("`api_key`", "`PETSTORE_API_KEY`", "header `X-API-Key`", "`pets`", "`POST /files`", "`other_server`"):
        assert text in readme
    assert "`https://eu.example.com/v1`: Europe" in readme
    token = write_driver(profiles.stations("https://login.example.com/token"))["README.md"].text
    assert "`https://login.example.com/token`" in token
    assert "`STATIONS_TOKEN_URL`" in token


def test_hostile_text_becomes_no_markup() -> None:
    readme = write_driver(profiles.hostile())["README.md"].text
    assert "<script>" not in readme.replace("`<script>", "")
    outside_code = "".join(readme.split("`")[::2])
    assert not re.search(r"(?<!\\)\]\(", outside_code)
    assert not re.search(r"https?://", outside_code)
    assert all(ord(c) >= 32 or c == "\n" for c in readme)


HIDDEN = "a\u202eb\u2066c\u200bd\ufeffe\u00adf\U000e0041g\u2028h"
"""Controls of direction, zero width, tags: what a reviewer does not see."""


def test_nothing_that_an_editor_does_not_show_is_written() -> None:
    hidden = json.loads(profiles.petstore().to_json())
    operation = hidden["operations"]["list_pets"]
    hidden |= {"title": HIDDEN, "description": HIDDEN, "version": HIDDEN, "warnings": [HIDDEN]}
    hidden["skipped"] = [{"operation": HIDDEN, "reason": "invalid_path", "detail": HIDDEN}]
    hidden["source"]["location"] = HIDDEN
    operation |= {"summary": HIDDEN, "operation_id": HIDDEN}
    operation["parameters"][2] |= {"description": HIDDEN, "enum": [HIDDEN]}
    hidden["objects"]["pets"]["description"] = HIDDEN
    profile = ApiProfile.model_validate(hidden)
    for made in (profile, profiles.hostile()):
        bundle = write_driver(made)
        for text in (*(file.text for file in bundle.files), manifest(made, bundle, Verification())):
            assert all(c.isprintable() or c == "\n" for c in text)
        assert ApiProfile.model_validate_json(bundle["profile.json"].text) == made


def test_hostile_names_work_as_data(rig: Make) -> None:
    found = rig(profiles.hostile())
    driver = found.open()
    assert driver.list_objects() == list(profiles.NASTY)
    types = importlib.import_module("hostile_driver.types")
    for text in profiles.NASTY:
        assert text in driver.get_fields(text)
    assert set(types.ObjectName.__args__) == set(profiles.NASTY)


def test_examples_run_without_a_network(tmp_path: Path) -> None:
    folder = written(write_driver(profiles.petstore()), tmp_path)
    command = [sys.executable, "examples/list_objects.py"]
    environment = {"PYTHONPATH": str(folder), "PETSTORE_API_KEY": "k"}
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=LONG
    )
    assert run.stdout.splitlines()[0] == "pets id name tag photos owner"


def test_a_profile_without_operations_is_refused() -> None:
    with pytest.raises(GenerationError, match="no operation") as caught:
        write_driver(profiles.profile("Empty", [], []))
    assert caught.value.code == "no_operations"


def test_a_name_that_gives_no_package_is_refused() -> None:
    with pytest.raises(GenerationError, match="no letter"):
        write_driver(profiles.profile("---", [profiles.operation("get", "GET /")], []))


def test_a_credential_that_is_no_argument_is_refused() -> None:
    scheme = profiles.api_key()
    bad = scheme.credentials[0].model_copy(update={"argument": "timeout"})
    with pytest.raises(GenerationError, match="timeout"):
        write_driver(profiles.petstore(scheme.model_copy(update={"credentials": (bad,)})))


def test_profile_json_is_the_profile() -> None:
    profile = profiles.petstore()
    assert ApiProfile.model_validate(json.loads(write_driver(profile)["profile.json"].text)) == profile
