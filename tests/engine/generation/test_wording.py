"""Prompts are files: all there, all used, each filled in with what its text asks for."""

import re
from pathlib import Path

import pytest
from driversmith.engine import generation, guards
from driversmith.engine.generation.wording import wording
from driversmith.engine.guards.wording import Wording

ROOMS = {"generation": (generation, wording), "guards": (guards, Wording("driversmith.engine.guards"))}


@pytest.mark.parametrize("room", ROOMS)
def test_every_prompt_has_words_and_is_asked_for_somewhere(room: str) -> None:
    package, words = ROOMS[room]
    source = "".join(path.read_text() for path in Path(package.__path__[0]).glob("*.py"))
    for name in words.names():
        values = {value: f"<{value}>" for value in words.wanted(name)}
        text = words(name, **values)
        assert text and all(value in text for value in values.values())
        assert f'"{name}"' in source, f"{name}.md is used by nobody"
        assert not re.search(r"\$\w", text)


@pytest.mark.parametrize("room", ROOMS)
def test_every_prompt_that_is_asked_for_is_there(room: str) -> None:
    package, words = ROOMS[room]
    source = "".join(path.read_text() for path in Path(package.__path__[0]).glob("*.py"))
    asked = set(re.findall(r"wording\(\s*\"(\w+)\"", source))
    assert asked <= set(words.names())


def test_prompts_are_short() -> None:
    assert all(len(wording(name, **dict.fromkeys(wording.wanted(name), ""))) < 5_000 for name in wording.names())


def test_what_is_filled_in_is_never_read_as_a_place_itself() -> None:
    assert "$problem" in wording("unusable", problem="$problem")


def test_a_value_that_is_wanted_must_be_given() -> None:
    with pytest.raises(KeyError):
        wording("unusable")
