"""Records as types: what is in them, too, and what a description says of them."""

from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from driversmith.engine.generation import record_types
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile, FieldProfile

from .conftest import Rig
from .profiles import NASTY, operation, profile, thing

Make = Callable[[ApiProfile], Rig]


def shop(fields: dict[str, FieldProfile], **more: Any) -> ApiProfile:
    objects = [thing(n, {"read": f"list_{n}"}, fields=fields, **more) for n in ("pets", "cats")]
    return profile("Shop", [operation(f"list_{o.name}", f"GET /{o.name}") for o in objects], objects)


def types_of(made: ApiProfile) -> str:
    return next(file.text for file in write_driver(made).files if file.path.endswith("/types.py"))


def test_enums_are_literals_and_told_as_what_their_values_are(rig: Make) -> None:
    long = tuple(f"a state that is number {n}" for n in range(5))
    fields = {
        "state": FieldProfile(type="string", enum=("sent", "lost"), nullable=True),
        "long": FieldProfile(type="string", enum=long, required=True),
        "grade": FieldProfile(type="integer", enum=(1, 2)),
        "odd": FieldProfile(type="string", enum=(1, "a")),
    }
    made = shop(fields)
    assert types_of(made).count('"a state that is number 3"') == 1
    found = rig(made)
    hints = get_type_hints(found.types.PetsRecord)
    assert get_args(hints["long"]) == long
    told = found.open().get_fields("pets")
    assert {name: field["type"] for name, field in told.items()} == {n: f.type for n, f in fields.items()}
    assert told["state"]["nullable"]
    assert [name for name, field in told.items() if field["required"]] == ["long"]


def test_objects_in_a_record_have_types_of_their_own_each_once(rig: Make) -> None:
    owner = {"name": FieldProfile(type="string", required=True), "phone": FieldProfile(type="string")}
    deeper = {"owner": FieldProfile(type="object", fields=owner, nullable=True)}
    fields = {
        "owner": FieldProfile(type="object", fields=owner, required=True),
        "owners": FieldProfile(type="array", items="object", fields=owner),
        "shop": FieldProfile(type="object", fields=deeper),
        "free": FieldProfile(type="object"),
    }
    made = shop(fields)
    assert types_of(made).count("(TypedDict") == 2 + 2
    found = rig(made)
    hints = get_type_hints(found.types.PetsRecord)
    assert hints["owners"] == list[hints["owner"]]
    assert hints["owner"].__required_keys__ == {"name"}
    assert hints["free"] == dict[str, Any]
    assert {n: f["type"] for n, f in found.open().get_fields("pets").items()} == {n: f.type for n, f in fields.items()}


def test_more_of_them_than_are_of_use_are_plain() -> None:
    inner = {f"field_{n}": FieldProfile(type="string") for n in range(record_types.MAX_NESTED // 2)}
    fields = {f"part_{n}": FieldProfile(type="object", fields={**inner, f"own_{n}": FieldProfile()}) for n in range(5)}
    assert types_of(shop(fields)).count(": dict[str, Any]") >= 4 * 2


def test_where_nothing_is_said_to_be_required_types_take_all_as_there_and_get_fields_none(rig: Make) -> None:
    silent = rig(shop({"id": FieldProfile(type="integer")}))
    assert silent.types.PetsRecord.__required_keys__ == {"id"}
    assert not silent.open().get_fields("pets")["id"]["required"]
    pets = thing("pets", {"read": "list_pets"}, fields={"id": FieldProfile(type="integer")})
    cats = thing("cats", {"read": "list_pets"}, fields={"id": FieldProfile(type="integer", required=True)})
    both = rig(profile("Both", [operation("list_pets", "GET /pets")], [pets, cats])).open()
    assert [both.get_fields(name)["id"]["required"] for name in ("pets", "cats")] == [False, True]


def test_a_record_says_what_it_is(rig: Make) -> None:
    for text in ("An animal that is for sale.", *NASTY):
        found = rig(shop({"id": FieldProfile(type="integer")}, description="All pets", record_description=text))
        assert "All pets" not in (found.types.PetsRecord.__doc__ or "")
    found = rig(shop({"id": FieldProfile(type="integer")}, description="All pets"))
    assert found.types.PetsRecord.__doc__ == "All pets"
