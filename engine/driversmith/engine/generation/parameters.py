"""What `read` of an object takes: `_parameters.py` of a driver, and a column of its README."""

from typing import NamedTuple

from ..models.profile import ApiProfile, JsonType, ObjectProfile
from .source import assignment
from .tables import filled_by_paging


class Argument(NamedTuple):
    """An argument of `read`."""

    type: JsonType
    required: bool


def arguments(profile: ApiProfile) -> dict[str, dict[str, Argument]]:
    """Object -> argument -> what it is. Whoever reads one record by its identifiers gives more than a list requires, so that
    these are required only where there is no list."""
    filled = filled_by_paging(profile)
    return {name: _of_object(profile, found, filled) for name, found in profile.objects.items()}


def _of_object(
    profile: ApiProfile, found: ObjectProfile, filled: dict[str, set[tuple[str, str]]]
) -> dict[str, Argument]:
    told: dict[str, Argument] = {}
    names = [found.operations.get("read"), found.operations.get("read_one")]
    for place, name in enumerate(filter(None, names)):
        operation = profile.operations[name]
        by_paging = filled.get(operation.name, set())
        for parameter in operation.parameters:
            given = (parameter.location, parameter.name) not in by_paging and parameter.must_be_given
            told.setdefault(parameter.argument, Argument(parameter.type, given and not place))
        if operation.body and operation.body.argument is not None:
            told.setdefault(
                operation.body.argument, Argument(operation.body.type, operation.body.required and not place)
            )
    return told


def parameter_table(profile: ApiProfile) -> str:
    """The assignment for `_parameters.py`."""
    table = {
        name: {argument: a.type + "!" * a.required for argument, a in told.items()}
        for name, told in arguments(profile).items()
    }
    return assignment("PARAMETERS", table, "dict[str, dict[str, str]]")


def required(profile: ApiProfile) -> dict[str, list[str]]:
    """Object -> the arguments that `read` of it demands."""
    return {name: [a for a, found in told.items() if found.required] for name, told in arguments(profile).items()}
