"""What the Harbour API offers, as data."""

from typing import Any

# operation: method, path, {argument: (wire name, location, required, style)}, kind of body, kind of answer
OPERATIONS: dict[str, tuple[str, str, dict[str, tuple[str, str, bool, str]], str, str]] = {
    "list_ships": ("GET", "/ships", {n: (n, "query", False, "form") for n in ("page", "per_page", "flag")}, "", "json"),
    "get_ship": ("GET", "/ships/{ship_id}", {"ship_id": ("ship_id", "path", True, "")}, "", "json"),
    "create_ship": ("POST", "/ships", {"body": ("body", "body", True, "")}, "application/json", "json"),
    "update_ship": (
        "PUT",
        "/ships/{ship_id}",
        {"ship_id": ("ship_id", "path", True, ""), "body": ("body", "body", True, "")},
        "application/json",
        "json",
    ),
    "delete_ship": ("DELETE", "/ships/{ship_id}", {"ship_id": ("ship_id", "path", True, "")}, "", "none"),
    "list_berths": (
        "GET",
        "/ports/{port_id}/berths",
        {
            "port_id": ("port_id", "path", True, ""),
            "offset": ("offset", "query", False, "form"),
            "limit_": ("limit", "query", False, "form"),
        },
        "",
        "json",
    ),
    "list_events": ("GET", "/events", {n: (n, "query", False, "form") for n in ("cursor", "size")}, "", "json"),
    "list_cranes": ("GET", "/cranes", {"page": ("page", "query", False, "form")}, "", "json"),
    "list_tugs": ("GET", "/tugs", {"page": ("page", "query", False, "form")}, "", "json"),
    "get_tide": ("GET", "/tide", {}, "", "json"),
    "list_prices": ("GET", "/prices", {}, "", "json"),
    "search": (
        "GET",
        "/search",
        {
            "q": ("q", "query", True, "form"),
            "ids": ("ids", "query", False, "joined"),
            "kinds": ("kinds", "query", False, "form"),
            "filter": ("filter", "query", False, "deep"),
            "exact": ("exact", "query", False, "form"),
            "x_trace": ("X-Trace", "header", False, ""),
        },
        "",
        "json",
    ),
    "get_paper": (
        "GET",
        "/ships/{ship_id}/papers/{paper}",
        {"ship_id": ("ship_id", "path", True, ""), "paper": ("paper", "path", True, "")},
        "",
        "binary",
    ),
    "put_paper": (
        "PUT",
        "/ships/{ship_id}/papers/{paper}",
        {
            "ship_id": ("ship_id", "path", True, ""),
            "paper": ("paper", "path", True, ""),
            "body": ("body", "body", True, ""),
        },
        "application/pdf",
        "none",
    ),
    "log_in": (
        "POST",
        "/login",
        {"body": ("body", "body", False, "")},
        "application/x-www-form-urlencoded",
        "text",
    ),
}
VERBS: dict[str, dict[str, str]] = {
    "ships": {
        "read": "list_ships",
        "read_one": "get_ship",
        "create": "create_ship",
        "update": "update_ship",
        "delete": "delete_ship",
    },
    "berths": {"read": "list_berths"},
    "events": {"read": "list_events"},
    "cranes": {"read": "list_cranes"},
    "tugs": {"read": "list_tugs"},
    "tide": {"read": "get_tide"},
    "prices": {"read": "list_prices"},
}
# object: style, position argument, size argument, first, documented size, keys to the records, keys to the next
PAGES: dict[str, tuple[str, str, str, int, int, tuple[str, ...], tuple[str, ...]]] = {
    "ships": ("page", "page", "per_page", 1, 50, ("data",), ()),
    "berths": ("offset", "offset", "limit_", 0, 0, ("result", "items"), ()),
    "events": ("cursor", "cursor", "size", 0, 0, ("events",), ("meta", "next")),
    "cranes": ("link_header", "page", "", 1, 0, (), ()),
    "tugs": ("next_url", "page", "", 0, 0, ("results",), ("next",)),
    "tide": ("none", "", "", 0, 0, (), ()),
    "prices": ("none", "", "", 0, 0, ("prices",), ()),
}
FIELDS: dict[str, dict[str, Any]] = {
    "id": {"type": "integer", "required": True, "nullable": False, "description": ""},
    "name": {"type": "string", "required": True, "nullable": False, "description": "As painted on the bow."},
    "length": {"type": "number", "required": False, "nullable": True, "description": ""},
    "built": {"type": "string", "required": False, "nullable": False, "description": ""},
    "tags": {"type": "array", "required": False, "nullable": False, "description": ""},
}
