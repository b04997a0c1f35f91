"""The base of all values."""

import ast
import inspect
import textwrap
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Value(BaseModel):
    """A frozen value: compared by content, safe to share between sessions.

    Start-up pays for none of it: validators are built at first use, and the docstrings under attributes are read only
    where a JSON schema is made (pydantic's own `use_attribute_docstrings` costs 45 ms before the first model exists).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The model's JSON schema, with the docstring under each attribute as its description."""
        schema = handler(core_schema)
        properties: dict[str, Any] = handler.resolve_ref_schema(schema).get("properties", {})
        for value in cls.__mro__[: cls.__mro__.index(Value)]:
            for name, text in _attribute_docstrings(value).items():
                if name in properties:
                    properties[name].setdefault("description", text)
        return schema


def _attribute_docstrings(cls: type) -> dict[str, str]:
    """The string literal that follows each annotated attribute in the source of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    if not isinstance(body, ast.ClassDef):
        return {}
    found: dict[str, str] = {}
    for attribute, following in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(attribute, ast.AnnAssign)
            and isinstance(attribute.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        ):
            found[attribute.target.id] = inspect.cleandoc(following.value.value)
    return found
