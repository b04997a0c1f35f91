"""Are parameters written as OpenAPI says, in every style, place and form?

    python bench/wire.py [--peer PYTHON] [--json]

Each combination of the table of styles (OpenAPI 3.1.1, Parameter Object) that has a meaning, with a text, a number, a list and an
object, is an operation of one description: the driver of it sends each, and what goes out is compared with an implementation that
knows nothing of ours: `uritemplate` (RFC 6570) where the style is one of its expansions, and werkzeug's parsers of queries and
cookies where it is not. Items hold the delimiter wherever the style can tell it apart. `--peer` is a Python with openapi-python-client
and httpx, whose client is judged by the same requests beside ours. Needs uritemplate and werkzeug.
"""

import argparse
import importlib
import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx2
import uritemplate
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile
from rich.console import Console
from rich.table import Table
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_cookie
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

BASE = "http://api.test/v1"
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
VALUES: dict[str, Any] = {"string": "a b&c", "integer": 7, "array": ["x,y", "z w"], "object": {"G": "x,y", "R": 100}}
PLAIN: dict[str, Any] = {"string": "ab", "integer": 7, "array": ["x", "y"], "object": {"G": "x", "R": 100}}
"""Without delimiters, for headers and cookies, which are not percent-encoded."""
SCHEMAS: dict[str, Any] = {
    "array": {"type": "array", "items": {"type": "string"}},
    "object": {"type": "object", "properties": {"G": {"type": "string"}, "R": {"type": "integer"}}},
}
EXPANSIONS = {"simple": "{v%s}", "label": "{.v%s}", "matrix": "{;v%s}", "form": "{?v%s}"}
DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}
PEER = """
import importlib, inspect, json, sys
import httpx
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
seen = []
def answer(request):
    seen.append([request.url.raw_path.decode(), request.headers.get("v", ""), request.headers.get("cookie", "")])
    return httpx.Response(200, json={})
client = package.Client(base_url="http://api.test/v1")
client.set_httpx_client(httpx.Client(base_url="http://api.test/v1", transport=httpx.MockTransport(answer)))
models = vars(importlib.import_module(sys.argv[2] + ".models"))
found = {}
for name, value in json.load(sys.stdin).items():
    try:
        module = importlib.import_module(f"{sys.argv[2]}.api.default.{name}")
        if isinstance(value, dict):
            kinds = [k for k in models.values() if inspect.isclass(k) and k.__name__.lower() == name.replace("_", "").lower() + "v"]
            value = kinds[0].from_dict(value)
        given = inspect.signature(module.sync_detailed).parameters
        module.sync_detailed(**({"v": value} if "v" in given else {}), client=client)
        found[name] = seen[-1]
    except Exception as error:
        found[name] = [f"{type(error).__name__}: {error}"[:200], "", ""]
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Combination:
    """One cell of the table of styles."""

    place: str
    style: str
    explode: bool
    kind: str

    @property
    def name(self) -> str:
        return f"{self.place}_{self.style}_{'spread' if self.explode else 'joined'}_{self.kind}".lower()

    @property
    def value(self) -> Any:
        return (PLAIN if self.place in ("header", "cookie") else VALUES)[self.kind]

    def operation(self) -> tuple[str, dict[str, Any]]:
        """Its path and its GET."""
        parameter = {
            "name": "v",
            "in": self.place,
            "required": True,
            "style": self.style,
            "explode": self.explode,
            "schema": SCHEMAS.get(self.kind, {"type": self.kind}),
        }
        path = f"/{self.name}" + ("/{v}" if self.place == "path" else "")
        answer = {"200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}}
        return path, {"get": {"operationId": self.name, "parameters": [parameter], "responses": answer}}

    def is_kept(self, target: str, header: str, cookie: str) -> bool:
        """Whether a request carries the value as the style says."""
        path, _, query = target.partition("?")
        if self.place == "header":
            return header.replace(", ", ",") == unquote(self._expanded("simple"))
        if self.place == "cookie":
            return self._is_in_pairs(MultiDict(parse_cookie(cookie)))
        if self.style in EXPANSIONS and not (self.place == "query" and self.explode):
            want = self._expanded(self.style)
            got = path.partition(f"{self.name}/")[2] if self.place == "path" else "?" + query.replace("+", "%20")
            return sorted(re.split("[&?]", _spelled(got))) == sorted(re.split("[&?]", _spelled(want)))
        sent = Request(EnvironBuilder(path=path, query_string=query).get_environ()).args
        return self._is_in_pairs(sent)

    def _expanded(self, style: str) -> str:
        return uritemplate.expand(EXPANSIONS[style] % ("*" if self.explode else ""), v=self.value)

    def _is_in_pairs(self, sent: "MultiDict[str, str]") -> bool:
        value = self.value
        if self.style == "deepObject":
            return sent.to_dict() == {f"v[{key}]": str(item) for key, item in value.items()}
        if self.explode and isinstance(value, list):
            return sent.getlist("v") == value
        if self.explode and isinstance(value, dict):
            return sent.to_dict() == {key: str(item) for key, item in value.items()}
        if isinstance(value, dict):
            value = [part for pair in value.items() for part in pair]
        items = value if isinstance(value, list) else [value]
        return sent.get("v", "") == DELIMITERS.get(self.style, ",").join(map(str, items))


def combinations() -> Iterator[Combination]:
    """The cells of the table that are not "n/a"."""
    for place, styles in STYLES.items():
        for style, explode, kind in itertools.product(styles, (False, True), VALUES):
            several = kind in ("array", "object")
            if style == "deepObject" and (kind != "object" or not explode):
                continue
            if style in DELIMITERS and (not several or explode):
                continue
            if place == "cookie" and explode and several:
                continue  # no cookie can hold it: OpenAPI 3.1.1, appendix D
            yield Combination(place, style, explode, kind)


def _spelled(text: str) -> str:
    """One spelling: what stands bare and means something is kept, all else is percent-encoded."""
    parts = re.split(r"([,;=&?./])", text)
    return "".join(part if n % 2 else quote(unquote(part), safe="") for n, part in enumerate(parts))


def ours(document: bytes, work: Path, cells: list[Combination]) -> dict[str, list[str]]:
    """What our driver sends for each."""
    description = parse_description(document, location="wire.json", max_bytes=10**7)
    bundle = write_driver(build_profile(description, api_name="Wire", base_url=BASE))
    for file in bundle.files:
        (work / file.path).parent.mkdir(parents=True, exist_ok=True)
        (work / file.path).write_text(file.text, "utf-8")
    sys.path.insert(0, str(work))
    found: dict[str, list[str]] = {}

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent = request.headers
        found[cell.name] = [request.url.raw_path.decode(), sent.get("v", ""), sent.get("cookie", "")]
        return httpx2.Response(200, json={})

    made = getattr(importlib.import_module(bundle.project), bundle.class_name)
    with made(BASE, transport=httpx2.MockTransport(answer)) as driver:
        for cell in cells:
            try:
                driver.call_operation(cell.name, v=cell.value)
            except Exception as error:
                found[cell.name] = [f"{type(error).__name__}: {error}"[:200], "", ""]
    return found


def peers(python: str, document: Path, work: Path, cells: list[Combination]) -> dict[str, list[str]]:
    """What the client of openapi-python-client sends for each."""
    tool = [python, "-m", "openapi_python_client", "generate", "--path", str(document), "--meta", "none"]
    subprocess.run([*tool, "--output-path", str(work / "wire_client")], check=True, capture_output=True)
    given = json.dumps({cell.name: cell.value for cell in cells})
    command = [python, "-c", PEER, str(work), "wire_client"]
    run = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description="Are parameters written as OpenAPI says, in every style?")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python that has openapi-python-client and httpx")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    cells = list(combinations())
    paths = dict(cell.operation() for cell in cells)
    document = json.dumps({"openapi": "3.0.3", "info": {"title": "Wire", "version": "1"}, "paths": paths})
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "wire.json").write_text(document, "utf-8")
        seen = {"driversmith": ours(document.encode(), work / "ours", cells)}
        if arguments.peer:
            seen["openapi-python-client"] = peers(arguments.peer, work / "wire.json", work, cells)
    kept = {who: {c.name: c.name in sent and c.is_kept(*sent[c.name]) for c in cells} for who, sent in seen.items()}
    if arguments.json:
        json.dump({"kept": kept, "sent": seen}, sys.stdout, indent=1)
        return
    table = Table("place", "style", "explode", "type", *seen, title="Written as OpenAPI says")
    for cell in cells:
        marks = ("yes" if kept[who][cell.name] else "no" for who in seen)
        table.add_row(cell.place, cell.style, str(cell.explode).lower(), cell.kind, *marks)
    Console().print(table)
    for who, cases in kept.items():
        print(f"{who}: {sum(cases.values())} of {len(cells)}")


if __name__ == "__main__":
    main()
