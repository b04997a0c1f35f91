"""What type checkers see of a driver: names, arguments and records of each object, told once and in no more text than needed."""

import ast
import importlib
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from driversmith.engine.generation import overloads
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile, BodyProfile, FieldProfile, OperationProfile

from .conftest import Rig
from .profiles import ALL, JSON_BODY, operation, parameter, path, profile, thing

Make = Callable[[ApiProfile], Rig]
STATE = parameter("state", enum=("sent", "lost"))
MANY = (
    STATE,
    parameter("page", type="integer"),
    parameter("since", format="date"),
    parameter("ids", type="array", items="integer"),
)
FIELDS = {"id": FieldProfile(type="integer", required=True)}


def checked(made: ApiProfile) -> str:
    """The module that checkers read."""
    (text,) = (file.text for file in write_driver(made).files if file.path.endswith("/_overloads.py"))
    return text


def reading(*parameters: Any, name: str = "pets", **more: Any) -> ApiProfile:
    listing = operation("list_pets", "GET /pets", *parameters)
    return profile("Shop", [listing], [thing(name, {"read": "list_pets"}, fields=FIELDS, **more)])


@pytest.mark.parametrize("kind", ALL)
def test_nothing_of_it_is_loaded_or_harms_at_run_time(kind: str, rig: Make) -> None:
    package = rig(ALL[kind]()).package.__name__
    assert f"{package}._overloads" not in sys.modules
    assert not [name for name in vars(importlib.import_module(f"{package}._overloads")) if "Driver" in name]


def test_a_few_arguments_stand_in_the_overload_and_the_required_ones_first() -> None:
    text = checked(reading(parameter("page", type="integer"), parameter("shop", required=True)))
    told = 'object_name: Literal["pets"], *, limit: int | None = None, shop: str, page: int | None = None)'
    assert f"def read(self, {told} -> list[PetsOrDict]: ..." in text
    assert f"async def read(self, {told} -> list[PetsOrDict]: ..." in text


def test_more_arguments_are_told_once() -> None:
    text = checked(reading(*MANY, parameter("shop", required=True)))
    assert text.count("since: ") == text.count("state: ") == 1
    assert text.count("**params: Unpack[PetsParams]") == 6
    told = text[text.index("class PetsParams") :].split("\n\n")[0].splitlines()
    assert [line.strip() for line in told] == [
        "class PetsParams(TypedDict, total=False, closed=True):",
        'state: Literal["sent", "lost"] | None',
        "page: int | None",
        "since: str | date | None",
        "ids: Sequence[int] | None",
        "shop: Required[str]",
    ]


def test_objects_that_are_called_alike_share_an_overload() -> None:
    listing = [operation(f"list_{n}", f"GET /{n}", *MANY) for n in ("pets", "cats")]
    text = checked(profile("Shop", listing, [thing(n, {"read": f"list_{n}"}) for n in ("pets", "cats")]))
    assert text.count('Literal["pets", "cats"]') == 6
    assert text.count("class ") == len(("PetsParams", "Names", "ShopDriver", "AsyncShopDriver"))


def test_what_python_cannot_spell_lets_every_keyword_pass_unless_it_is_a_header() -> None:
    odd = parameter("filter[open]")
    assert re.search(
        r'"pets"\], \*, limit: [^)]*, shop: str, \*\*params: Any\)',
        checked(reading(odd, parameter("shop", required=True))),
    )
    header = parameter("X-Trace", location="header")
    assert '"pets"], *, limit: int | None = None)' in checked(reading(header))


def test_one_record_does_without_what_a_list_demands() -> None:
    operations = [
        operation("list_pets", "GET /pets", parameter("q", required=True)),
        operation("get_pet", "GET /pets/{id}", path("id", type="integer")),
    ]
    text = checked(profile("Shop", operations, [thing("pets", {"read": "list_pets", "read_one": "get_pet"})]))
    assert "limit: int | None = None, q: str, id: int | None = None)" in text
    assert "limit: int | None = None, id: int)" in text


def written(name: str, signature: str, *parameters: Any, fields: dict[str, FieldProfile]) -> OperationProfile:
    body = BodyProfile(media_type="application/json", kind="json", type="object", fields=fields)
    return operation(name, signature, *parameters, body=body)


def test_what_is_sent_demands_nothing_and_the_key_is_no_keyword() -> None:
    fields = {"name": FieldProfile(type="string", required=True), "born": FieldProfile(type="string", format="date")}
    operations = [
        written("add_pet", "POST /shops/{shop}/pets", path("shop"), fields=fields),
        written(
            "change_pet",
            "PUT /shops/{shop}/pets/{pet}",
            path("shop"),
            path("pet"),
            parameter("dry", type="boolean"),
            fields=fields,
        ),
    ]
    text = checked(
        profile("Shop", operations, [thing("pets", {"create": "add_pet", "update": "change_pet"}, fields=FIELDS)])
    )
    assert 'def create(self, object_name: Literal["pets"], data: PetsData, *, shop: str) -> PetsOrDict: ...' in text
    assert "record_id: str | int, data: PetsData, *, shop: str, dry: bool | None = None) -> PetsOrDict: ..." in text
    assert "class PetsData(TypedDict, total=False):\n        name: str\n        born: Any\n" in text
    assert text.count("class PetsData") == 1


def test_an_object_without_a_verb_has_no_overload_of_it() -> None:
    text = checked(reading())
    assert "def create(self, object_name: Name, data: Record, **params: Any) -> Record: ..." in text
    assert "@overload\n        def create" not in text


def test_records_of_a_large_api_are_told_to_checkers_alone() -> None:
    names = [f"things_{n}" for n in range(70)]
    operations = [operation(f"list_{n}", f"GET /{n}") for n in names]
    objects = [thing(n, {"read": f"list_{n}"}, fields=FIELDS, record_description="A thing.") for n in names]
    made = profile("Large", operations, objects)
    assert "TypedDict" not in next(f.text for f in write_driver(made).files if f.path.endswith("/types.py"))
    text = checked(made)
    assert text.count("Record(TypedDict)") == 1
    assert '"""A thing."""' in text
    assert len(text) < 12_000


def test_of_a_huge_api_the_names_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overloads, "MAX_OBJECTS", 0)
    text = checked(reading(*MANY))
    assert "overload" not in re.sub(r'""".*?"""|#.*', "", text)
    assert (
        "def read(self, object_name: ObjectName | Name, *, limit: int | None = None, **params: Any) -> list[Record]: ..."
        in text
    )


def test_names_that_mean_a_type_are_keys_of_a_dict() -> None:
    """In a class they would hide the type from the lines below."""
    taken = ("str", "date", "Sequence", "int", "Required")
    kinds = (parameter(n, format="date", type="string") for n in taken)
    text = checked(reading(*kinds, parameter("list", type="array", items="integer")))
    assert "PetsParams = TypedDict(" in text
    ast.parse(text)


def test_a_type_that_the_module_defines_is_no_record() -> None:
    made = reading(name="Async shop")
    text = checked(
        profile(
            "Shop", list(made.operations.values()), [*made.objects.values(), thing("Names", {"create": "list_pets"})]
        )
    )
    classes = re.findall(r"^    class (\w+)|^    (\w+) = ", text, re.MULTILINE)
    names = [a or b for a, b in classes]
    assert len(names) == len(set(names))


def test_a_body_that_is_no_object_is_anything() -> None:
    body = JSON_BODY.model_copy(update={"type": "array"})
    operations = [operation("add_pets", "POST /pets", body=body)]
    assert 'Literal["pets"], data: Any)' in checked(
        profile("Shop", operations, [thing("pets", {"create": "add_pets"})])
    )
