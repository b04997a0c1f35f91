"""Requests and records that the tests of this room share."""

from typing import Any

from driversmith.engine.llm.port import RequestRecord
from driversmith.engine.llm.request import ModelRequest, Task, TextBlock

CLIENT = "shop_driver/client.py"
MODELS = {
    "research": "claude-haiku-5-5",
    "generate": "claude-sonnet-5-5",
    "repair": "claude-sonnet-5-5",
    "diagnose": "claude-haiku-5-5",
}


def a_request(instruction: str = "Write the file.", **values: Any) -> ModelRequest:
    """A request for the client, the first of its session unless said otherwise."""
    task = Task(
        role=values.pop("role", "generate"),
        path=values.pop("path", CLIENT),
        attempt=values.pop("attempt", 1),
        try_number=values.pop("try_number", 1),
        mode=values.pop("mode", "full"),
    )
    given = {
        "system": (TextBlock(text="You write Python drivers."),),
        "prefix": (TextBlock(text="The API: a shop."),),
        "max_tokens": 4000,
        "effort": "medium",
    }
    return ModelRequest(task=task, instruction=instruction, **{**given, **values})


class Records(list[RequestRecord]):
    """Keeps what is recorded."""

    async def __call__(self, record: RequestRecord) -> None:
        self.append(record)
