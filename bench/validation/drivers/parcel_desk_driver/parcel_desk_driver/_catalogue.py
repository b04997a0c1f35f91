"""Tables of the Parcel Desk API."""

from typing import Any

Operation = tuple[str, str, dict[str, str], bool]
"""Method, path, {argument: name on the wire} of the query, whether a body goes along."""

OPERATIONS: dict[str, Operation] = {
    "list_parcels": ("GET", "/parcels", {"offset": "offset", "limit_": "limit", "status": "status"}, False),
    "create_parcel": ("POST", "/parcels", {}, True),
    "get_parcel": ("GET", "/parcels/{parcelId}", {}, False),
    "update_parcel": ("PATCH", "/parcels/{parcelId}", {}, True),
    "delete_parcel": ("DELETE", "/parcels/{parcelId}", {}, False),
    "list_depots": ("GET", "/depots", {}, False),
}
VERBS: dict[str, dict[str, str]] = {
    "parcels": {
        "read": "list_parcels",
        "read_one": "get_parcel",
        "create": "create_parcel",
        "update": "update_parcel",
        "delete": "delete_parcel",
    },
    "depots": {"read": "list_depots"},
}
TYPES = {
    "parcels": {"id": "string", "weight": "number", "status": "string", "depot": "string"},
    "depots": {"id": "string", "city": "string"},
}
REQUIRED = {"parcels": {"weight"}, "depots": set[str]()}


def describe(object_name: str) -> dict[str, dict[str, Any]]:
    """The fields of an object."""
    return {
        name: {"type": kind, "required": name in REQUIRED[object_name], "nullable": False, "description": ""}
        for name, kind in TYPES[object_name].items()
    }
