"""Schemas of answers, as short as clients can still check answers by them: a model may have to pay for every token.

Clients that read them make types of them or validate; neither needs defaults, titles or references. What a tool before has
published whole is an object here, whose members say nothing anew; a client then gives it as it came.
"""

import json
from typing import Any, cast

Schema = dict[str, Any]

ANY = {"anyOf": [{"type": kind} for kind in ("array", "boolean", "null", "number", "object", "string")]}
"""What may be anything: an empty schema says as much, but those that check schemas take it for a mistake."""
NAMED = {"properties", "$defs"}
"""Here keys are names, and may be called like a word of JSON schema."""
_UNSAID = {"title", "default", "additionalProperties", "$defs"}
_WORTH_NAMING = 500
"""Characters of JSON from which on a schema is told once only."""


class AnswerSchemas:
    """The schemas of all tools' answers, one after the other."""

    def __init__(self) -> None:
        self._told_by: dict[str, str] = {}

    def told(self, tool: str, schema: Schema) -> Schema:
        """The schema that a tool publishes of its answer."""
        definitions: dict[str, Schema] = schema.get("$defs", {})
        new: set[str] = set()

        def of(name: str, whole: Schema, depth: int) -> Schema:
            if name in self._told_by:
                words = f"{name}, as {self._told_by[name]} publishes it."
                return {"type": "object", "description": words, "required": whole.get("required", [])}
            short = short_of(whole, depth)
            if len(json.dumps(short)) > _WORTH_NAMING:
                new.add(name)
            return short

        def short_of(part: Any, depth: int) -> Any:
            if isinstance(part, list):
                return [short_of(item, depth) for item in cast("list[Any]", part)]
            if not isinstance(part, dict):
                return part
            parts = cast("Schema", part)
            if "$ref" in parts:
                name = str(parts["$ref"]).rpartition("/")[2]
                said = {"description": parts["description"]} if "description" in parts and not depth else {}
                return {**(of(name, definitions[name], depth + 1) or ANY), **said}
            short = {
                key: value
                for key, value in parts.items()
                if key not in _UNSAID and not (depth and key == "description")
            }
            for key, value in short.items():
                short[key] = (
                    {n: short_of(p, depth) or ANY for n, p in value.items()} if key in NAMED else short_of(value, depth)
                )
            if isinstance(values := parts.get("additionalProperties"), dict) and (
                told := short_of(values, depth + 1)
            ) not in ({}, ANY):
                short["additionalProperties"] = told
            return short

        made = of(str(schema.get("title", "")), schema, 0)
        self._told_by |= dict.fromkeys(new, tool)
        return made
