"""Prompts are files: all there, all used, each filled in with what its text asks for."""

import re
from pathlib import Path
from string import Template

import pytest
from driversmith.engine import authoring
from driversmith.engine.authoring.prompt_texts import prompt_text

SOURCE = "".join(path.read_text() for path in Path(authoring.__path__[0]).glob("*.py"))
TEXTS = {path.stem: path.read_text() for path in Path(authoring.__path__[0]).glob("prompts/*.md")}


def wanted(name: str) -> list[str]:
    """What the text of a prompt asks for."""
    return Template(TEXTS[name]).get_identifiers()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_prompt_has_words_and_is_asked_for_somewhere(name: str) -> None:
    values = {value: f"<{value}>" for value in wanted(name)}
    text = prompt_text(name, **values)
    assert text and all(value in text for value in values.values())
    assert f'"{name}"' in SOURCE, f"{name}.md is used by nobody"
    assert not re.search(r"\$\w", text)


def test_every_prompt_that_is_asked_for_is_there() -> None:
    asked = set(re.findall(r"prompt_text\(\s*\"(\w+)\"", SOURCE))
    assert asked and asked <= set(TEXTS)


def test_prompts_are_short() -> None:
    assert all(len(prompt_text(name, **dict.fromkeys(wanted(name), ""))) < 5_000 for name in TEXTS)


def test_what_is_filled_in_is_never_read_as_a_place_itself() -> None:
    assert "$problem" in prompt_text("unusable", problem="$problem")


def test_a_value_that_is_wanted_must_be_given() -> None:
    with pytest.raises(KeyError):
        prompt_text("unusable")
