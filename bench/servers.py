"""What is proven of real servers whose description has one deliberate error?

    python bench/servers.py [--only NAME ...] [--json]

Starts json-server, datasette, docker-registry (with a password) and httpbin on loopback, as far as they are installed: their
commands, and htpasswd, on the PATH, httpbin and gunicorn beside this Python or in `--python`. Fills them with known data, and has
a driver made from a description that is written here and wrong in one point. Then each object is read through it and compared
with what the server holds. `truly`: every record, in order, none twice.
"""

import argparse
import hashlib
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
from rich.console import Console
from rich.table import Table

SHIPS = [{"id": n, "name": f"ship {n}", "weight": n * 1.5} for n in range(1, 251)]
PORTS = [{"id": n, "name": f"port {n}"} for n in range(1, 6)]
REPOSITORIES = [f"harbour/ship-{n:03}" for n in range(1, 131)]
PASSWORD = "argo-93817362"  # noqa: S105 - of a server that this file starts


@dataclass
class Server:
    """One server that runs, and what is said of it."""

    url: str
    error: str
    """What is wrong in the description, in words."""
    description: dict[str, Any]
    truth: dict[str, list[dict[str, Any]]]
    credentials: str = ""
    """Lines of credentials.toml."""


@dataclass(frozen=True)
class Outcome:
    """What became of one object."""

    server: str
    error: str
    name: str
    level: str
    records: int
    complete: bool | None
    truly: bool
    corrected: list[str]
    note: str


def get(name: str, schema: dict[str, Any], *parameters: str) -> dict[str, Any]:
    given = [
        {"name": p, "in": "query", "schema": {"type": "integer" if p in "n _limit _page _size" else "string"}}
        for p in parameters
    ]
    answer = {"description": "ok", "content": {"application/json": {"schema": schema}}}
    return {"get": {"operationId": name, "parameters": given, "responses": {"200": answer}}}


def document(title: str, paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": paths, **more}


def rows(**fields: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": {k: {"type": t} for k, t in fields.items()}}}


def under(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {key: schema}}


@contextmanager
def json_server(folder: Path, _: argparse.Namespace) -> Iterator[Server]:
    data = folder / "db.json"
    data.write_text(json.dumps({"ships": SHIPS, "ports": PORTS, "profile": {"name": "harbour"}}))
    with running(["json-server", "--quiet", "--host", "127.0.0.1", "--port", "{port}", str(data)], "/ports") as url:
        ships = get("listShips", under("data", rows(id="integer", name="string", weight="number")), "_page", "_limit")
        yield Server(
            url,
            "records under `data`, which are a bare list",
            document("json-server", {"/ports": get("listPorts", rows(id="integer", name="string")), "/ships": ships}),
            {"ships": SHIPS, "ports": PORTS},
        )


@contextmanager
def datasette(folder: Path, _: argparse.Namespace) -> Iterator[Server]:
    file = folder / "shop.db"
    with sqlite3.connect(file) as base:
        base.execute("create table ships (id integer primary key, name text, weight real)")
        base.executemany("insert into ships values (:id, :name, :weight)", SHIPS)
        base.execute("create table ports (id integer primary key, name text)")
        base.executemany("insert into ports values (:id, :name)", PORTS)
    with running(["datasette", str(file), "-h", "127.0.0.1", "-p", "{port}"], "/shop.json") as url:
        ships = get("listShips", under("rows", rows(id="integer", name="string", weight="number")), "_size")
        ports = get("listPorts", under("rows", rows(id="integer", name="string")), "_size")
        yield Server(
            url,
            "rows that are objects, which are columns and rows; no word of the way to the next page",
            document("datasette", {"/shop/ports.json": ports, "/shop/ships.json": ships}),
            {"ships": SHIPS, "ports": PORTS},
        )


@contextmanager
def registry(folder: Path, _: argparse.Namespace) -> Iterator[Server]:
    (folder / "passwords").write_text(f"keeper:{_bcrypt()}\n")
    config = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "store")}},
        "http": {"addr": "127.0.0.1:{port}"},
        "auth": {"htpasswd": {"realm": "harbour", "path": str(folder / "passwords")}},
    }
    for name in REPOSITORIES:
        _put_repository(folder / "store", name)
    file = folder / "config.yml"
    with running(["docker-registry", "serve", str(file)], "/v2/", config=(file, config)) as url:
        listed = get("listRepositories", under("repos", {"type": "array", "items": {"type": "string"}}), "n", "last")
        yield Server(
            url,
            "names under `repos`, which stand under `repositories`",
            document(
                "registry",
                {"/v2/_catalog": listed},
                components={"securitySchemes": {"basic": {"type": "http", "scheme": "basic"}}},
                security=[{"basic": []}],
            ),
            {"catalog": [{"value": name} for name in REPOSITORIES]},
            credentials=f'username = "keeper"\npassword = "{PASSWORD}"\n',
        )


@contextmanager
def httpbin(_: Path, given: argparse.Namespace) -> Iterator[Server]:
    with running([given.python, "-m", "gunicorn", "-b", "127.0.0.1:{port}", "httpbin:app"], "/uuid") as url:
        slides = httpx2.get(f"{url}/json").json()["slideshow"]["slides"]
        yield Server(
            url,
            "slides at the top, which stand in `slideshow`",
            document(
                "httpbin",
                {"/json": get("listSlides", under("slides", rows(title="string", type="string")))},
            ),
            {"json": slides},
        )


SERVERS = {"json-server": json_server, "datasette": datasette, "docker-registry": registry, "httpbin": httpbin}


@contextmanager
def running(command: list[str], path: str, *, config: tuple[Path, dict[str, Any]] | None = None) -> Iterator[str]:
    """The URL of a server that answers at a path; stopped when the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    if config is not None:
        config[0].write_text(json.dumps(config[1]).replace("{port}", port))
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [part.replace("{port}", port) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                httpx2.get(url + path, timeout=2.0)
                break
            except httpx2.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _bcrypt() -> str:
    made = subprocess.run(["htpasswd", "-Bbn", "keeper", PASSWORD], capture_output=True, text=True, check=True)
    return made.stdout.strip().partition(":")[2]


def _put_repository(store: Path, name: str) -> None:
    """A repository with one manifest, as the registry lays it out on disk."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    tags = store / "docker/registry/v2/repositories" / name / "_manifests/revisions/sha256" / digest
    tags.mkdir(parents=True)
    (tags / "link").write_text(f"sha256:{digest}")
    (store / "docker/registry/v2/repositories" / name / "_layers").mkdir()


async def measured(name: str, server: Server, home: Path) -> list[Outcome]:
    """Make the driver, and compare each of its objects."""
    from driversmith.engine import open_engine
    from driversmith.engine.errors import DriversmithError
    from driversmith.engine.models.session import GenerateRequest
    from driversmith.engine.settings import Settings

    spec = home / "described.json"
    spec.write_text(json.dumps(server.description))
    settings = Settings(home=home, allow_local=frozenset({server.url.removeprefix("http://")}))
    if server.credentials:
        settings.credentials_file.write_text(f'["{server.url}"]\n{server.credentials}')
        settings.credentials_file.chmod(0o600)
    made: list[Outcome] = []
    async with open_engine(settings) as engine:
        request = GenerateRequest.model_validate(
            {
                "api_name": name,
                "api_url": server.url,
                "spec": str(spec),
                "output_dir": str(home / "out"),
                "engine": "template",
                "live": "true",
            }
        )
        result = await engine.wait((await engine.start(request)).session_id, seconds=120)
        for object_name, truth in server.truth.items():
            try:
                read = await engine.read_driver(Path(result.output_path or ""), object_name, limit=10_000)
            except DriversmithError as error:
                read = [{"error": error.message}]
            verified = result.verification.objects.get(object_name)
            facts = [c.fact for c in result.contradictions]
            made.append(
                Outcome(
                    server=name,
                    error=server.error,
                    name=object_name,
                    level=verified.level if verified else "left out",
                    records=verified.records if verified else 0,
                    complete=verified.complete if verified else None,
                    truly=read == truth,
                    corrected=facts,
                    note=verified.note if verified else " ".join(result.notes)[:300] + str(result.error or ""),
                )
            )
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="*", default=list(SERVERS))
    parser.add_argument("--python", default=sys.executable, help="a Python that has httpbin and gunicorn")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    outcomes: list[Outcome] = []
    for name in given.only:
        command = {"httpbin": given.python}.get(name, name)
        if shutil.which(command) is None:
            print(f"{name} is not installed", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder, SERVERS[name](Path(folder), given) as server:
            home = Path(folder) / "home"
            home.mkdir()
            outcomes += anyio.run(measured, name, server, home)
    if given.json:
        print(json.dumps([vars(o) for o in outcomes], indent=2))
        return
    table = Table(title="Real servers, each described with one error")
    for column in ("server", "object", "verified", "records read", "complete", "truly", "corrected", "note"):
        table.add_column(column)
    for o in outcomes:
        table.add_row(
            o.server,
            o.name,
            o.level,
            str(o.records),
            str(o.complete),
            "yes" if o.truly else "NO",
            ", ".join(o.corrected),
            o.note,
        )
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
