"""How a parameter is written on the wire, where that is not the usual way of its place."""

from typing import Any

from ..models.profile import ParameterProfile

_JOINED_BY = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
_SCALARS = {"string", "integer", "number", "boolean", "null"}


def style_of(parameter: ParameterProfile) -> dict[str, Any]:
    """Keyword arguments of the driver's `Param` for an unusual style; {} where the usual one will do.

    Usual: in a query and in cookies a list repeats the name and a dict gives a pair a key; elsewhere a list is joined by
    commas, and a dict is a flat list of keys and values.
    """
    kwargs = _style_of(parameter)
    return {**kwargs, "reserved": True} if is_reserved(parameter) else kwargs


def _style_of(parameter: ParameterProfile) -> dict[str, str]:
    if parameter.json_encoded and parameter.location != "body":
        return {"style": "json"}
    if parameter.location == "path" and parameter.style in ("label", "matrix"):
        return {"style": parameter.style + ("*" if parameter.explode else "")}
    if parameter.type in _SCALARS or parameter.location == "body":
        return {}
    if parameter.style == "deepObject":
        return {"style": "deepObject"}
    in_pairs = parameter.location in ("query", "cookie")
    if glue := _JOINED_BY.get(parameter.style, "," if in_pairs else ""):
        return {} if in_pairs and parameter.explode else {"join": glue}
    return {"style": "spread"} if parameter.type != "array" and parameter.explode else {}


def is_reserved(parameter: ParameterProfile) -> bool:
    """Whether characters that mean something in URLs go out as they are (OpenAPI: `allowReserved`, in a query alone)."""
    return parameter.allow_reserved and parameter.location == "query"


def needs_styles(parameter: ParameterProfile) -> bool:
    """Whether a parameter is more than its text, or a list of texts in the usual way of its place."""
    return parameter.location != "body" and _is_styled(parameter)


def _is_styled(parameter: ParameterProfile) -> bool:
    return bool(style_of(parameter)) or parameter.type not in {*_SCALARS, "array"}
