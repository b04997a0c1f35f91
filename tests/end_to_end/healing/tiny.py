"""The smallest API that pages, and what a model that makes no mistake writes for it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

API_NAME = "Tiny"
API_URL = "https://tiny.example"
CLIENT = "tiny_driver/client.py"
README = "README.md"
LIST_OBJECTS = "examples/list_objects.py"
READ_RECORDS = "examples/read_records.py"
WRITTEN = (CLIENT, README, LIST_OBJECTS, READ_RECORDS)
"""The files that a model writes."""

_IMPORT = "from ._transport import Transport\n"
_PETS = '''
    def pets(self, *, limit: int | None = None) -> list[Record]:
        """All pets of the shop, or the first `limit`, the oldest first."""
        return self.read("pets", limit=limit)
'''


def right_files(project: Path) -> dict[str, str]:
    """What a model writes, made from the driver of the template engine: the client also speaks of pets."""
    files = {path: (project / path).read_text("utf-8") for path in WRITTEN}
    assert _IMPORT in files[CLIENT]
    files[CLIENT] = files[CLIENT].replace(_IMPORT, f"{_IMPORT}from .types import Record\n") + _PETS
    files[README] += "\n`driver.pets(limit=3)` gives the three oldest pets.\n"
    return files


def write_description(folder: Path) -> Path:
    """The API's description as a file."""
    path = folder / "tiny.json"
    path.write_text(json.dumps(_description()), encoding="utf-8")
    return path


def _description() -> Mapping[str, Any]:
    pet = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    }
    body = {"type": "object", "properties": {"data": {"type": "array", "items": pet}}}
    operation = {
        "operationId": "list_pets",
        "parameters": [
            {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
            {"name": "per_page", "in": "query", "schema": {"type": "integer", "default": 3, "maximum": 50}},
        ],
        "responses": {"200": {"description": "A page.", "content": {"application/json": {"schema": body}}}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Tiny", "version": "1"},
        "servers": [{"url": "/"}],
        "paths": {"/pets": {"get": operation}},
    }
