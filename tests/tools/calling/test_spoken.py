"""Words for arguments that do not fit."""

from typing import Annotated, Literal

import pytest
from driversmith.tools.calling.spoken import expected, unknown_arguments, wrong_arguments
from pydantic import BaseModel, Field, ValidationError


class Arguments(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=8)]
    seconds: Annotated[float, Field(ge=0, le=600)] = 0
    share: Annotated[float, Field(gt=0, le=1)] = 1
    count: Annotated[int | None, Field(ge=1)] = None
    color: Literal["red", "blue"] = "red"
    names: Annotated[list[str], Field(max_length=3)] = []
    params: dict[str, int] | None = None
    sure: bool = False


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "name is missing; paint needs name."),
        ({"name": ""}, "name must be a text of 1 to 8 characters; you gave ''."),
        ({"name": "a", "seconds": "abc"}, "seconds must be a number from 0 to 600; you gave 'abc'."),
        ({"name": "a", "seconds": 601}, "seconds must be a number from 0 to 600; you gave 601."),
        ({"name": "a", "share": 0}, "share must be a number above 0, at most 1; you gave 0."),
        ({"name": "a", "count": 0}, "count must be a whole number, at least 1; you gave 0."),
        ({"name": "a", "color": "green"}, "color must be one of red or blue; you gave 'green'."),
        ({"name": "a", "names": "x"}, "names must be a list of at most 3 texts; you gave 'x'."),
        ({"name": "a", "names": ["x", 1]}, "names must be a list of at most 3 texts; you gave 1."),
        ({"name": "a", "names": ["x"] * 4}, "names must be a list of at most 3 texts; you gave ['x', 'x', 'x', 'x']."),
        ({"name": "a", "params": 3}, "params must be an object of names and values; you gave 3."),
        ({"name": "a", "sure": "perhaps"}, "sure must be true or false; you gave 'perhaps'."),
        (
            {"name": "a", "sure": "x", "color": "y"},
            "color must be one of red or blue; you gave 'y'. sure must be true or false; you gave 'x'.",
        ),
    ],
)
def test_says_what_each_argument_must_be_and_what_was_given(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Arguments.model_validate(given)
    assert wrong_arguments("paint", raised.value, Arguments.model_json_schema()) == words


def test_clips_what_was_given_where_it_is_long() -> None:
    with pytest.raises(ValidationError) as raised:
        Arguments.model_validate({"name": "x" * 10_000})
    assert len(wrong_arguments("paint", raised.value, Arguments.model_json_schema())) < 200


def test_names_the_nearest_argument_and_all_that_there_are() -> None:
    words = unknown_arguments("paint", ["nmae", "zzz"], ["name", "seconds"])
    assert words == (
        "paint has no argument 'nmae'. Did you mean name? paint has no argument 'zzz'. Its arguments are name and seconds."
    )


def test_names_only_some_of_very_many_arguments_that_there_are_not() -> None:
    words = unknown_arguments("paint", (f"k{n}" for n in range(10_000)), ["name"])
    assert words and len(words) < 300 and "Nor has it 9995 others that you gave." in words


def test_says_nothing_of_arguments_that_are_known() -> None:
    assert unknown_arguments("paint", ["name"], ["name", "seconds"]) is None


def test_follows_references_to_definitions() -> None:
    assert expected({"$ref": "#/$defs/Color"}, {"Color": {"enum": ["red"], "type": "string"}}) == "one of red"
