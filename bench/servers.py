"""What is read of real servers by their URL alone, and of some whose description has one deliberate error?

    python bench/servers.py [--only NAME ...] [--described] [--undescribed] [--live auto|true] [--json]

Starts json-server, datasette, docker-registry (with a password), httpbin, prometheus and a GraphQL server by strawberry on loopback, as
far as they are installed: their commands, and htpasswd, on the PATH, httpbin, gunicorn and strawberry beside this Python or in
`--python`; and two small servers that want
a key in a header and a bearer token. Fills them with known data, and has a driver made by the command line from a name and a URL,
nothing else. Then each object is read through it, by the command line too, and compared with what the server holds. `truly`: every
record, in order, none twice.

`--undescribed`: all of the small servers of `bench/undescribed`, in the styles in which roots list and pages go on. `--described`:
in place of the URL alone, a description that is written here and wrong in one point.
"""

import argparse
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx2
from rich.console import Console
from rich.table import Table

SHIPS = [{"id": n, "name": f"ship {n}", "weight": n * 1.5} for n in range(1, 251)]
POSTS = [{"id": n, "title": f"post {n}", "body": "words " * n} for n in range(1, 101)]
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
    ordered: bool = True
    """Whether it gives its records in the same order each time."""
    typed: str = ""
    """The path that is typed after the host, where it is measured by its URL alone."""
    known: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What it holds by its own names, where these differ from those of the description."""


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
    data.write_text(json.dumps({"posts": POSTS, "ships": SHIPS, "ports": PORTS, "profile": {"name": "harbour"}}))
    with running(["json-server", "--quiet", "--host", "127.0.0.1", "--port", "{port}", str(data)], "/ports") as url:
        ships = get("listShips", under("data", rows(id="integer", name="string", weight="number")), "_page", "_limit")
        yield Server(
            url,
            "records under `data`, which are a bare list",
            document("json-server", {"/ports": get("listPorts", rows(id="integer", name="string")), "/ships": ships}),
            {"ships": SHIPS, "ports": PORTS},
            known={"posts": POSTS, "ships": SHIPS, "ports": PORTS},
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
            typed="/v2/",
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


@contextmanager
def prometheus(folder: Path, _given: argparse.Namespace) -> Iterator[Server]:
    """What it holds grows while it runs: only what does not is compared."""
    targets = [f"127.0.0.1:{n}" for n in range(1, 6)]
    scraped = {"job_name": "harbour", "static_configs": [{"targets": targets}]}
    file = folder / "prometheus.yml"
    config = {"global": {"scrape_interval": "1h"}, "scrape_configs": [scraped]}
    command = ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}"]
    with running([*command, "--web.listen-address=127.0.0.1:{port}"], "/-/ready", config=(file, config)) as url:
        listed = get("listTargets", under("targets", rows(scrapeUrl="string", scrapePool="string")))
        held: list[dict[str, Any]] = []
        for _ in range(100):  # the server finds its own targets some time after it is ready
            served = httpx2.get(f"{url}/api/v1/targets").json()["data"]["activeTargets"]
            held = [{name: target[name] for name in ("labels", "scrapePool", "scrapeUrl")} for target in served]
            if len(held) == len(targets):
                break
            time.sleep(0.2)
        yield Server(
            url,
            "targets under `targets`, which stand in `data`",
            document("prometheus", {"/api/v1/targets": listed}),
            {"targets": held},
            ordered=False,
        )


@contextmanager
def strawberry(folder: Path, given: argparse.Namespace) -> Iterator[Server]:
    from graphql_server import truth

    command = [given.python, "graphql_server.py", "{port}"]
    with running(command, "/graphql", folder=Path(__file__).parent) as url:
        yield Server(url, "", {}, truth())


def small(name: str) -> Any:
    """One of the small servers, in a process of its own."""

    @contextmanager
    def started(folder: Path, _: argparse.Namespace) -> Iterator[Server]:
        from undescribed.every import EVERY

        api = EVERY[name]
        command = [sys.executable, "-m", "undescribed.serving", name, "{port}"]
        with running(command, "/", folder=Path(__file__).parent) as url:
            yield Server(url, "", {}, dict(api.truth), credentials=api.credentials, typed=api.typed)

    return started


SERVERS = {
    "json-server": json_server,
    "datasette": datasette,
    "docker-registry": registry,
    "httpbin": httpbin,
    "prometheus": prometheus,
    "strawberry": strawberry,
}
LIBRARIES = {"httpbin": "gunicorn, httpbin", "strawberry": "strawberry, uvicorn"}
"""What `--python` has to import for a server that is no command."""
SMALL = ("key-header", "bearer")


@contextmanager
def running(
    command: list[str], path: str, *, config: tuple[Path, dict[str, Any]] | None = None, folder: Path | None = None
) -> Iterator[str]:
    """The URL of a server that answers at a path; stopped when the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    if config is not None:
        config[0].write_text(json.dumps(config[1]).replace("{port}", port))
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [part.replace("{port}", port) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
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


def _is_installed(name: str, python: str) -> bool:
    if name not in LIBRARIES:
        return shutil.which(name) is not None
    command = [python, "-c", f"import {LIBRARIES[name]}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


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
                    truly=_is_truly(server, read, truth),
                    corrected=facts,
                    note=verified.note if verified else " ".join(result.notes)[:300] + str(result.error or ""),
                )
            )
    return made


def by_url_alone(name: str, server: Server, home: Path, live: str) -> list[Outcome]:
    """Make the driver by the command line from a name and a URL, and compare what it reads."""
    driversmith = str(Path(sys.executable).with_name("driversmith"))
    environment = {**os.environ, "DRIVERSMITH_HOME": str(home)}
    if server.credentials:
        (home / "credentials.toml").write_text(f'["{server.url}"]\n{server.credentials}')
        (home / "credentials.toml").chmod(0o600)
    url, out = server.url + server.typed, home / "out"
    command = [
        driversmith,
        "generate",
        name,
        url,
        "--live",
        live,
        "--engine",
        "template",
        "--output",
        str(out),
        "--json",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=300)
    result = json.loads(done.stdout or "{}")
    verified = result.get("verification", {}).get("objects", {})
    made: list[Outcome] = []
    for object_name, truth in (server.known or server.truth).items():
        reading = [driversmith, "read", str(result.get("output_path")), object_name, "--limit", "100000", "--json"]
        read = subprocess.run(reading, check=False, capture_output=True, text=True, env=environment, timeout=300)
        records = json.loads(read.stdout) if read.returncode == 0 else []
        truly = _is_truly(server, records, truth)
        seen = verified.get(object_name, {})
        note = seen.get("note", "") or (result.get("error") or {}).get("message", "")[:200] or read.stderr[:200]
        made.append(
            Outcome(
                server=name,
                error="",
                name=object_name,
                level=seen.get("level", "left out"),
                records=len(records),
                complete=seen.get("complete"),
                truly=truly,
                corrected=[c["fact"] for c in result.get("contradictions", [])],
                note="" if truly else note,
            )
        )
    return made


def _is_truly(server: Server, records: list[dict[str, Any]], truth: list[dict[str, Any]]) -> bool:
    """Whether all records are there, in order where there is one; fields that the truth does not name make no difference."""
    if not server.ordered:
        records, truth = (sorted(some, key=lambda one: json.dumps(one.get("labels"))) for some in (records, truth))
    named = [{key: record.get(key) for key in known} for record, known in zip(records, truth, strict=False)]
    return len(records) == len(truth) and named == truth


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--described", action="store_true", help="by a description that is wrong in one point")
    parser.add_argument("--undescribed", action="store_true", help="all of the small servers as well")
    parser.add_argument("--live", default="true", choices=("auto", "true"))
    parser.add_argument("--python", default=sys.executable, help="a Python that has httpbin, gunicorn and strawberry")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    outcomes: list[Outcome] = []
    servers = {**SERVERS, **(_small(given) if not given.described else {})}
    for name in given.only or servers:
        if given.described and name == "strawberry":
            continue  # a schema that is wrong describes no server
        if name in SERVERS and not _is_installed(name, given.python):
            print(f"{name} is not installed", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder, servers[name](Path(folder), given) as server:
            home = Path(folder) / "home"
            home.mkdir()
            if given.described:
                outcomes += anyio.run(measured, name, server, home)
            else:
                outcomes += by_url_alone(name, server, home, given.live)
    if given.json:
        print(json.dumps([vars(o) for o in outcomes], indent=2))
        return
    title = "Real servers, each described with one error" if given.described else "Servers by their URL alone"
    table = Table(title=title)
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
    print(f"{sum(o.truly for o in outcomes)} of {len(outcomes)} objects are read truly.")


def _small(given: argparse.Namespace) -> dict[str, Any]:
    from undescribed.every import EVERY

    names = EVERY if given.undescribed or given.only else SMALL
    return {name: small(name) for name in names}


if __name__ == "__main__":
    main()
