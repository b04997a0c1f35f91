"""Schemas from samples: a description without schemas often has an example response."""

import json
from typing import Any, cast

from ..documents.nodes import Node

_DEEPEST = 4
_MOST = 200


def schema_of_sample(sample: object, depth: int = 0) -> Node:
    """A schema that the sample fulfils; of a list, its first item speaks for all."""
    if isinstance(sample, str) and depth == 0 and sample.lstrip()[:1] in ("{", "["):
        try:
            sample = json.loads(sample)
        except (ValueError, RecursionError):
            return {}
    if isinstance(sample, dict):
        if depth >= _DEEPEST:
            return {"type": "object"}
        members = list(cast(dict[str, Any], sample).items())[:_MOST]
        return {"type": "object", "properties": {name: schema_of_sample(value, depth + 1) for name, value in members}}
    if isinstance(sample, list):
        items = cast(list[Any], sample)
        return {"type": "array", "items": schema_of_sample(items[0], depth + 1)} if items else {"type": "array"}
    return {"type": name} if (name := _NAMES.get(type(sample))) else {}


_NAMES: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
