"""What the Weather Hub API offers, as tables."""

from typing import NamedTuple

BASE_URL = "https://hub.weather.example/v3"
KEY_HEADER = "X-Hub-Key"
ENVIRONMENT = {"base_url": "WEATHER_HUB_BASE_URL", "api_key": "WEATHER_HUB_API_KEY"}


class Operation(NamedTuple):
    """Method, path, arguments of the query, whether it takes a body."""

    method: str
    path: str
    query: tuple[str, ...] = ()
    body: bool = False


class Resource(NamedTuple):
    """Operations of an object by verb; where its records and its next page stand."""

    read: str
    read_one: str = ""
    create: str = ""
    update: str = ""
    delete: str = ""
    records: str = ""
    paging: str = "none"
    size: str = ""


OPERATIONS = {
    "list_sensors": Operation("GET", "/sensors", ("per_page", "region")),
    "get_sensor": Operation("GET", "/sensors/{sensor_id}"),
    "list_alerts": Operation("GET", "/alerts", ("severity",)),
    "create_alert": Operation("POST", "/alerts", body=True),
}
OBJECTS = {
    "sensors": Resource("list_sensors", "get_sensor", paging="link_header", size="per_page"),
    "alerts": Resource("list_alerts", create="create_alert", records="results", paging="next_url"),
}
FIELDS = {
    "sensors": {"id": ("string", True), "region": ("string", False), "altitude": ("integer", False)},
    "alerts": {"id": ("integer", False), "severity": ("string", True), "text": ("string", False)},
}
