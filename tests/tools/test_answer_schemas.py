"""How the schema of an answer is told: short, and true of every answer that the model's own schema allows."""

from typing import Any

import pytest
from driversmith.tools.answer_schemas import AnswerSchemas
from jsonschema import Draft202012Validator
from pydantic import BaseModel, JsonValue


class Leaf(BaseModel):
    title: str
    default: int | None = None
    anything: JsonValue = None


class Tree(BaseModel):
    """A tree."""

    leaves: dict[str, Leaf] = {}
    best: Leaf | None = None
    """The best."""
    properties: list[dict[str, JsonValue]] = []


TREE = Tree(leaves={"a": Leaf(title="A", anything=[1, None])}, best=Leaf(title="B"), properties=[{"x": None}])


def test_every_answer_fits_it() -> None:
    told = AnswerSchemas().told("grow", Tree.model_json_schema())
    Draft202012Validator(told).validate(TREE.model_dump(mode="json"))
    Draft202012Validator(told).validate(Tree().model_dump(mode="json"))


@pytest.mark.parametrize("wrong", [{"leaves": {"a": {}}}, {"best": {"title": 1}}, {"properties": {}}])
def test_what_is_no_answer_does_not(wrong: dict[str, Any]) -> None:
    told = AnswerSchemas().told("grow", Tree.model_json_schema())
    assert not Draft202012Validator(told).is_valid(wrong)


def test_members_may_be_called_like_words_of_the_schema() -> None:
    told = AnswerSchemas().told("grow", Tree.model_json_schema())
    assert set(told["properties"]) == {"leaves", "best", "properties"}
    assert set(told["properties"]["leaves"]["additionalProperties"]["properties"]) == {"title", "default", "anything"}


def test_a_long_one_is_told_by_the_first_tool_alone() -> None:
    schemas = AnswerSchemas()
    first, second = (schemas.told(tool, Tree.model_json_schema()) for tool in ("grow", "prune"))
    assert "leaves" in first["properties"]
    assert second == {"type": "object", "description": "Tree, as grow publishes it.", "required": []}
