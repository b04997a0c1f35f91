"""How a parameter is written on the wire, where that is not the usual way of its place."""

from ..models.profile import ParameterProfile

_JOINED_BY = {"spaceDelimited": " ", "pipeDelimited": "|"}
_SCALARS = {"string", "integer", "number", "boolean", "null"}


def style_of(parameter: ParameterProfile) -> dict[str, str]:
    """Keyword arguments of the driver's `Param` for an unusual style; {} where the usual one will do.

    Usual: a list in a query repeats the name, one elsewhere is joined by commas; a dict outside a query is a flat list of
    keys and values.
    """
    if parameter.json_encoded:
        return {"style": "json"}
    if parameter.location == "path" and parameter.style in ("label", "matrix"):
        return {"style": parameter.style + ("*" if parameter.explode else "")}
    if parameter.type in _SCALARS:
        return {}
    if parameter.location == "query":
        return _in_query(parameter)
    return {"style": "spread"} if parameter.type == "object" and parameter.explode else {}


def _in_query(parameter: ParameterProfile) -> dict[str, str]:
    if parameter.style == "deepObject":
        return {"style": "deepObject"}
    if not parameter.explode:
        return {"join": _JOINED_BY.get(parameter.style, ",")}
    return {"style": "spread"} if parameter.type == "object" else {}
