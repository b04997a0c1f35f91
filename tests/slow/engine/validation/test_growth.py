"""The work of the rules grows with a driver, and not with its square."""

from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.validation.execution import worker_seconds
from driversmith.engine.validation.inspection import inspect

from ....counting import calls
from ....engine.generation import profiles


def large(size: int) -> tuple[dict[str, str], ApiProfile]:
    """The files of a template driver, and its profile; each object has a path of its own and one with a placeholder."""
    operations = [
        made
        for n in range(size)
        for made in (
            profiles.operation(f"list_{n}", f"GET /things_{n}"),
            profiles.operation(f"get_{n}", f"GET /things_{n}/{{the-id}}", profiles.path("the-id", argument="the_id")),
        )
    ]
    objects = [profiles.thing(f"things_{n}", {"read": f"list_{n}", "read_one": f"get_{n}"}) for n in range(size)]
    profile = profiles.profile("Large", operations, objects)
    return {file.path: file.text for file in write_driver(profile).files}, profile


def test_twice_the_operations_are_twice_the_work() -> None:
    def work(size: int) -> int:
        files, profile = large(size)
        return calls(lambda: inspect(files, whole=True, profile=profile))

    work(2)  # what is compiled and cached once
    assert work(400) < 2.2 * work(200)


def test_a_large_driver_gets_the_time_that_it_needs() -> None:
    assert worker_seconds(["x = 1\n"]) < 31
    assert worker_seconds(["x" * (3 << 20), ""]) == 75
