"""How a parameter is written on the wire, where that is not the usual way of its place."""

from ..models.profile import ParameterProfile

_JOINED_BY = {"spaceDelimited": " ", "pipeDelimited": "|"}
_SCALARS = {"string", "integer", "number", "boolean", "null"}


def style_of(parameter: ParameterProfile) -> dict[str, str]:
    """Keyword arguments of the driver's `Param` for an unusual style; {} where the usual one will do.

    Usual: in a query and in cookies a list repeats the name and a dict gives a pair a key; elsewhere a list is joined by
    commas, and a dict is a flat list of keys and values.
    """
    if parameter.json_encoded and parameter.location != "body":
        return {"style": "json"}
    if parameter.location == "path" and parameter.style in ("label", "matrix"):
        return {"style": parameter.style + ("*" if parameter.explode else "")}
    if parameter.type in _SCALARS or parameter.location == "body":
        return {}
    if parameter.location not in ("query", "cookie"):
        return {"style": "spread"} if parameter.type != "array" and parameter.explode else {}
    if parameter.style == "deepObject":
        return {"style": "deepObject"}
    return {} if parameter.explode else {"join": _JOINED_BY.get(parameter.style, ",")}


def needs_styles(parameter: ParameterProfile) -> bool:
    """Whether a parameter is more than its text, or a list of texts in the usual way of its place."""
    return parameter.location != "body" and _is_styled(parameter)


def _is_styled(parameter: ParameterProfile) -> bool:
    return bool(style_of(parameter)) or parameter.type not in {*_SCALARS, "array"}
