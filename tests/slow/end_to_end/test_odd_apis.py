"""APIs that behave oddly while they are read: nothing is lost, nothing hangs, and nothing false is called live."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.network.loopback import Response

from ...end_to_end.test_reality import SHIPS, Made, description, made, paged

JSON = (("Content-Type", "application/json"),)


def answering(*bodies: Any) -> Callable[[dict[str, str]], Any]:
    """Another answer each time, the last one from then on."""
    number = count()
    return lambda _: bodies[min(next(number), len(bodies) - 1)]


def levels(session: Made) -> dict[str, str]:
    return {name: found["level"] for name, found in session.result["verification"]["objects"].items()}


async def test_an_api_that_answers_differently_each_time_is_not_called_live(tmp_path: Path) -> None:
    bodies = [{"results": SHIPS[:7]}, {"data": SHIPS[:3]}, {"ships": SHIPS[3:9]}, {"error": "later"}, SHIPS[:2]]
    async with made(tmp_path, description(), answering(*bodies, *bodies)) as session:
        assert session.result["status"] in ("succeeded", "failed")
        assert len(session.asked) <= 10
        assert "live" not in levels(session).values() or session.result["contradictions"]


async def test_an_api_that_changes_while_it_is_read_is_read_all_the_same(tmp_path: Path) -> None:
    newest = count(1_000, -1)

    def growing(query: dict[str, str]) -> Any:
        ships = [{"id": next(newest), "name": "new"}, *SHIPS]
        start = (int(query.get("page", 1)) - 1) * 20
        return {"data": ships[start : start + 20], "total": len(ships)}

    async with made(tmp_path, description("page"), growing) as session:
        assert session.result["success"]
        assert levels(session) == {"ships": "live"}


async def test_ten_million_records_cost_no_more_requests_than_ten(tmp_path: Path) -> None:
    def endless(query: dict[str, str]) -> Any:
        start = (int(query.get("page", 1)) - 1) * 100
        return {"data": [{"id": n} for n in range(start, start + 100)], "total": 10_000_000}

    async with made(tmp_path, description("page"), endless) as session:
        assert levels(session) == {"ships": "live"}
        assert session.result["verification"]["objects"]["ships"]["complete"] is None
        assert len(session.asked) <= 10


async def test_pages_of_ten_megabytes_are_read(tmp_path: Path) -> None:
    ships = [{"id": n, "log": "x" * 100_000} for n in range(100)]
    async with made(tmp_path, description(), answering({"data": ships})) as session:
        assert session.result["success"]
        assert levels(session) == {"ships": "live"}


async def test_an_api_that_goes_down_half_way_keeps_what_was_read(tmp_path: Path) -> None:
    number = count()

    def falls(query: dict[str, str]) -> Any:
        if next(number) > 0:
            raise ConnectionResetError
        return {"data": paged(query, 1)}

    async with made(tmp_path, description("page"), falls) as session:
        assert session.result["success"]
        assert levels(session) == {"ships": "mock"}
        assert session.result["verification"]["objects"]["ships"]["note"]


@pytest.mark.parametrize(
    "answer",
    [
        Response(403, b'{"message": "forbidden"}', JSON),
        Response(200, b"<html><body>Please log in</body></html>", (("Content-Type", "text/html"),)),
        Response(200, b"", JSON),
        Response(503, b"down", (("Retry-After", "3600"),)),
    ],
    ids=["forbids all reads", "answers HTML with 200", "answers nothing", "is down"],
)
async def test_an_api_that_gives_nothing_is_told_and_left_alone(tmp_path: Path, answer: Response) -> None:
    async with made(tmp_path, description(), lambda _: answer) as session:
        assert "live" not in levels(session).values()
        assert session.result["success"] or session.result["error"]["code"] == "read_wrongly"
        assert len(session.asked) <= 10
        told = json.dumps([session.result["notes"], session.result["skipped"], session.result["error"]])
        assert "ships" in told
