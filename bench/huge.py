"""How long huge descriptions take, and whether the server answers meanwhile.

    python bench/huge.py [FILE ...] [--megabytes 20] [--operations 11000] [--objects 3]

A description of that size is generated, and FILES are read as well. Each is researched as a session does it, in the worker process;
meanwhile the event loop is asked every 10 ms whether it is there (`late` is the longest that it was not). Then some objects
alone make a driver. Prints seconds, peak memory of this process and of its workers, and sizes: of what importing the driver loads, of
its package, of all files; fails where a limit of the issue is passed: 30 s, 1 s late, 40 KB for three objects.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import anyio
from driversmith.engine.errors import DriversmithError
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.network.addresses import AddressPolicy
from driversmith.engine.network.fetch import Fetcher
from driversmith.engine.research.study import study_api
from rich.console import Console
from rich.table import Table

SECONDS, LATE, BYTES = 30.0, 1.0, 40_000


def generated(megabytes: float, operations: int) -> bytes:
    """A description of so many operations on schemas that refer to each other, filled with prose to that size."""
    per_object = 5
    objects = operations // per_object
    prose = "x" * max(0, int(megabytes * (1 << 20) / operations) - 380)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for number in range(objects):
        name = f"things{number}"
        mine, next_one = ({"$ref": f"#/components/schemas/Thing{n % objects}"} for n in (number, number + 1))
        schemas[f"Thing{number}"] = {
            "type": "object",
            "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "next": next_one},
        }

        def operation(verb: str, answer: Any, *, name: str = name, **more: Any) -> dict[str, Any]:
            content = {"application/json": {"schema": answer}}
            return {
                "operationId": f"{verb}_{name}",
                "description": prose,
                "responses": {"200": {"description": "", "content": content}},
                **more,
            }

        limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
        body = {"requestBody": {"content": {"application/json": {"schema": mine}}}}
        paths[f"/{name}"] = {
            "get": operation("list", {"type": "array", "items": mine}, parameters=[limit]),
            "post": {**operation("create", mine), **body},
        }
        parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        paths[f"/{name}/{{id}}"] = {
            "parameters": [parameter],
            "get": operation("get", mine),
            "put": {**operation("update", mine), **body},
            "delete": operation("delete", {}),
        }
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Huge", "version": "1"},
        "servers": [{"url": "https://huge.test"}],
        "paths": paths,
        "components": {"schemas": schemas},
    }
    return json.dumps(document).encode()


async def study(file: Path, objects: tuple[str, ...] | None = None) -> tuple[ApiProfile, float, float]:
    """The profile, the seconds that it took, and how late the loop was meanwhile."""
    late = 0.0

    async def watch() -> None:
        nonlocal late
        while True:
            began = time.perf_counter()
            await anyio.sleep(0.01)
            late = max(late, time.perf_counter() - began - 0.01)

    began = time.perf_counter()
    async with Fetcher(policy=AddressPolicy()) as fetcher, anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        found = await study_api(
            api_name="Huge",
            api_url="https://huge.test",
            spec=str(file),
            objects=objects,
            probe=False,
            fetcher=fetcher,
            max_bytes=64 << 20,
        )
        seconds = time.perf_counter() - began
        tasks.cancel_scope.cancel()
        return found.profile, seconds, late


def most_asked(profile: ApiProfile, count: int) -> tuple[str, ...]:
    """The objects with the most verbs, as a user would want them."""
    objects = sorted(profile.objects.values(), key=lambda o: (-len(o.operations), o.name))
    return tuple(o.name for o in objects[:count])


def driver_bytes(profile: ApiProfile) -> tuple[int, int, int]:
    """Bytes of what importing a driver loads, of its package (with twin, fake, command line and types), and of all of its files."""
    driver = write_driver(profile)
    sizes = {file.path: len(file.text.encode()) for file in driver.files}
    package = {path: size for path, size in sizes.items() if "_driver/" in path}
    name = next(iter(package)).partition("/")[0]
    with tempfile.TemporaryDirectory() as folder:
        for file in driver.files:
            (at := Path(folder, file.path)).parent.mkdir(parents=True, exist_ok=True)
            at.write_text(file.text)
        tell = f"import sys, {name}; print(*(m for m in sys.modules if m.partition('.')[0] == '{name}'))"
        loaded = subprocess.run([sys.executable, "-c", tell], cwd=folder, check=True, capture_output=True, text=True)
    files = [f"{name}/__init__.py", *(f"{module.replace('.', '/')}.py" for module in loaded.stdout.split())]
    return sum(package.get(file, 0) for file in files), sum(package.values()), sum(sizes.values())


async def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--operations", type=int, default=11_000)
    parser.add_argument("--objects", type=int, default=3)
    given = parser.parse_args()
    table = Table()
    for column in (
        "description",
        "MB",
        "operations",
        "objects",
        "seconds",
        "late ms",
        "peak MB",
        "worker MB",
        "chosen",
    ):
        table.add_column(column)
    table.add_column("loaded KB")
    table.add_column("package KB")
    table.add_column("all KB")
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "generated.json"
        made.write_bytes(generated(given.megabytes, given.operations))
        for file in (made, *given.files):
            try:
                profile, seconds, late = await study(file)
                chosen = most_asked(profile, given.objects)
                few, _, _ = await study(file, chosen)
            except DriversmithError as error:
                failures.append(f"{file.name}: {error}")
                continue
            loaded, python, whole = driver_bytes(few)
            peaks = [
                resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            ]
            table.add_row(
                file.name,
                f"{file.stat().st_size / (1 << 20):.1f}",
                str(len(profile.operations)),
                str(len(profile.objects)),
                f"{seconds:.1f}",
                f"{late * 1000:.0f}",
                *map(str, peaks),
                ", ".join(chosen),
                f"{loaded / 1000:.1f}",
                f"{python / 1000:.1f}",
                f"{whole / 1000:.1f}",
            )
            failures += [f"{file.name}: {seconds:.1f} s"] if seconds > SECONDS else []
            failures += [f"{file.name}: the loop was {late:.2f} s late"] if late > LATE else []
            failures += [f"{file.name}: {python:,} bytes for {len(chosen)} objects"] if python > BYTES else []
    Console(width=200).print(table)
    print(*failures, sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(anyio.run(main))
