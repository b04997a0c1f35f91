"""`python -m driversmith.tools.publishing`: write `published.json`, the face of the tools, from their code."""

import json
from inspect import cleandoc
from pathlib import Path
from typing import Any, cast

from mcp.server.mcpserver.tools import Tool

from .answer_schemas import NAMED, AnswerSchemas
from .registry import TOOLS, declared_tool

TARGET = Path(__file__).with_name("published.json")


def published() -> dict[str, dict[str, Any]]:
    """What `tools/list` says of each tool, by name."""
    answers = AnswerSchemas()
    return {name: face_of(declared_tool(name), answers) for name in TOOLS}


def as_text(faces: dict[str, dict[str, Any]]) -> str:
    """The text of `published.json`."""
    return json.dumps(faces, indent=1, ensure_ascii=False) + "\n"


def face_of(tool: Tool, answers: AnswerSchemas) -> dict[str, Any]:
    """What `tools/list` says of a tool, as short as it can be."""
    if tool.output_schema is None or tool.annotations is None:
        raise TypeError(f"{tool.name} declares no structured answer")
    return {
        "title": tool.title,
        "description": cleandoc(tool.description),  # Python 3.13 does it by itself
        "annotations": tool.annotations.model_dump(by_alias=True, exclude_none=True),
        "inputSchema": {**_without_titles(tool.parameters), "additionalProperties": False},
        "outputSchema": answers.told(tool.name, tool.output_schema),
        **({"_meta": tool.meta} if tool.meta else {}),
    }


def _without_titles(schema: Any) -> Any:
    """Drop the titles that pydantic makes of names: they say nothing, and models pay for every token."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    parts = cast("dict[str, Any]", schema)
    return {
        key: {name: _without_titles(named) for name, named in part.items()} if key in NAMED else _without_titles(part)
        for key, part in parts.items()
        if key != "title"
    }


if __name__ == "__main__":
    TARGET.write_text(as_text(published()), encoding="utf-8")
