"""SKILL.md: short, true, and safe for whoever reads it."""

import re
import shlex

import pytest
import yaml
from driversmith.engine.generation.skill import MAX_OBJECTS
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile

from . import profiles


def skill(profile: ApiProfile) -> str:
    return next(file.text for file in write_driver(profile).files if file.path == "SKILL.md")


@pytest.mark.parametrize("kind", profiles.ALL)
def test_its_head_is_what_the_format_wants(kind: str) -> None:
    _, head, body = skill(profiles.ALL[kind]()).split("---\n", 2)
    told = yaml.safe_load(head)
    assert set(told) == {"name", "description"}
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", told["name"]) and len(told["name"]) <= 64
    assert 0 < len(told["description"]) <= 1024
    assert not set("<>") & set(told["description"])
    assert body.lstrip().startswith("# ")


def test_it_names_objects_with_what_they_need_and_the_variables() -> None:
    text = skill(profiles.petstore())
    assert "- `orders`: needs `petId`\n" in text
    assert "`PETSTORE_API_KEY`" in text
    assert "python -m petstore_driver read pets --limit 5" in text


def test_it_stays_short_for_an_api_of_400_objects() -> None:
    listing = [profiles.operation(f"list_{n}", f"GET /things_{n}") for n in range(400)]
    objects = [profiles.thing(f"thing_{n}", {"read": f"list_{n}"}) for n in range(400)]
    text = skill(profiles.profile("Large", listing, objects))
    assert len(objects) > MAX_OBJECTS
    assert len(text) < 3000
    assert "400, too many to list here: `python -m large_driver objects WORD`" in text


def test_what_a_description_says_becomes_neither_markup_nor_shell() -> None:
    made = profiles.operation("list", "GET /x", profiles.parameter("q", required=True, example="a'; ls"))
    thing = profiles.thing("`; rm -rf / #\n```\n<script>", {"read": "list"})
    text = skill(profiles.profile("Odd", [made], [thing], description="# Head\n\n<b>do</b> [x](http://evil.test)"))
    _, before, fenced, after = re.split("^---$|^```(?:sh)?$", text, maxsplit=4, flags=re.MULTILINE)[1:]
    assert "<" not in (before + after).replace("\\<", "").replace("<script>`", "")
    read = next(line for line in fenced.splitlines() if " read " in line)
    assert shlex.split(read)[:6] == ["python", "-m", "odd_driver", "read", "`; rm -rf / # ``` <script>", "--param"]
