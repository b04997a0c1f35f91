"""Parameters, headers and values that an error asks for."""

import re
from typing import Any

from ...models.facts import Correction
from ...models.profile import ParameterProfile
from ..catalogue import address
from ..complaints import Demand, demands
from .case import Case
from .disguised import error_path

MOST = 3
_REFUSED = frozenset({400, 406, 409, 412, 422, 428})
_CREDENTIAL = re.compile(r".*(api[_-]?key|token|secret|auth|passw|signature|credential)", re.IGNORECASE)
_FORM = re.compile(
    r".*(version|format|output|lang|locale|unit|sort|order|accept|currency|fields|include|expand|view|profile)",
    re.IGNORECASE,
)
"""Parameters that say how records are told, not which: a default for them leaves none out."""
_VERSION = re.compile(r".*version", re.IGNORECASE)


def demanded(case: Case) -> list[Correction]:
    """What an error asks for by name, with a value that it tells, or that the description knows.

    Where several values are allowed and choose between records, none becomes a default: whoever calls chooses.
    """
    found: list[Correction] = []
    for demand in asked_for(case):
        found += _header(case, demand) if _place(case, demand) == "header" else _query(case, demand)
    return found[:MOST]


def asked_for(case: Case) -> list[Demand]:
    """The parameters that the answers name, none of them a credential."""
    for answer in case.answers:
        if answer.status in _REFUSED or error_path(answer, case.described.record_path):
            return [demand for demand in demands(answer.body) if not _CREDENTIAL.match(demand.name)]
    return []


def known_parameter(case: Case, demand: Demand) -> ParameterProfile | None:
    """The operation's own parameter of this name, in whatever case the error spells it."""
    return next(
        (
            p
            for p in case.operation.parameters
            if p.name.lower() == demand.name.lower() and demand.place in (None, p.location) and p.location != "path"
        ),
        None,
    )


def _place(case: Case, demand: Demand) -> str:
    known = known_parameter(case, demand)
    return known.location if known else demand.place or "query"


def _header(case: Case, demand: Demand) -> list[Correction]:
    values = list(demand.values)
    if not values and _VERSION.match(demand.name):
        values = _versions(case)
    return [
        Correction(
            fact=address("headers", demand.name),
            value=value,
            because=f"{case.operation.signature} asks for the header {demand.name}.",
        )
        for value in values[:2]
    ]


def _query(case: Case, demand: Demand) -> list[Correction]:
    known = known_parameter(case, demand)
    name = known.name if known else demand.name[:1].lower() + demand.name[1:]
    values: list[Any] = list(demand.values) or (list(known.enum) if known else [])
    if not values and _VERSION.match(name):
        values = _versions(case)
    paging = case.described.pagination
    if name in (paging.position_parameter, paging.size_parameter):
        return []
    default = None if known is None else known.default
    if default is None and values and (_FORM.match(name) or len(values) == 1):
        default = values[0]
    if default is None and not values:
        return []
    value: dict[str, Any] = {"required": True}
    if len(values) > 1:
        value["enum"] = values
    if default is not None:
        value["default"] = default
    because = f"{case.operation.signature} asks for {name}."
    return [
        Correction(
            fact=address("operations", case.operation.name, "parameters", "query", name), value=value, because=because
        )
    ]


def _versions(case: Case) -> list[str]:
    """What a version parameter could want: the description's version, whole and its first number."""
    version = case.profile.version
    return list(dict.fromkeys(v for v in (version, version.partition(".")[0]) if re.fullmatch(r"[\w.-]{1,20}", v)))
