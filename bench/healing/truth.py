"""What is true of a driver: it reads its API's own server, in a child, record by record."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import anyio

from .apis import APIS, Api
from .truth_server import TruthServer

_SECONDS = 30.0
_ERRORS = {401: "AuthenticationError", 404: "ObjectNotFoundError", 429: "RateLimitError"}

_CHILD = """
import contextlib, importlib, io, json, os, runpy, sys
asked = json.loads(sys.stdin.read())
sys.path.insert(0, asked["folder"])
os.environ.update(asked["environment"])
answers = []
def value_of(call):
    if call["method"] == "example":
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path(call["args"][0], run_name="__main__")
        return None
    with driver_class(call["base_url"], max_retries=0, **call["arguments"]) as driver:
        value = getattr(driver, call["method"])(*call["args"], **call["given"])
        if call["method"] == "read_batched":
            return [record for batch in value for record in batch]
        return list(value) if call["method"] == "get_fields" else value
try:
    driver_class = getattr(importlib.import_module(asked["package"]), asked["class_name"])
    for call in asked["calls"]:
        try:
            answers.append({"value": value_of(call)})
        except Exception as error:  # whatever the driver raises is what is compared
            answers.append({"error": [c.__name__ for c in type(error).__mro__], "said": str(error)[:300]})
    text = json.dumps(answers)
except BaseException as error:  # also a driver that exits at import
    text = json.dumps([{"error": [type(error).__name__], "said": str(error)[:300]}])
print("\\n" + text)
"""


async def untrue(server: TruthServer, slug: str, files: dict[str, str], package: str, class_name: str) -> str:
    """What a driver with these files does not read, or raise, as it should; '' where all is true."""
    api = APIS[slug]
    calls = _calls(api, server)
    with tempfile.TemporaryDirectory(prefix="driversmith-truth-") as folder:
        for path, text in files.items():
            place = Path(folder) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        for path in sorted(p for p in files if p.startswith("examples/")):
            calls.append(({**calls[0][0], "method": "example", "args": [str(Path(folder) / path)]}, None))
        asked = {
            "folder": folder,
            "package": package,
            "class_name": class_name,
            "calls": [c for c, _ in calls],
            "environment": _environment(api, server, package),
        }
        answers = await _run(json.dumps(asked))
    if len(answers) != len(calls):
        return f"it does not import: {answers[0].get('said') if answers else 'no answer'}"
    for (call, wanted), answer in zip(calls, answers, strict=True):
        if said := _difference(wanted, answer):
            return f"{call['method']}({call['args']}, {call['given']}) at {call['base_url'].rpartition('/')[2]}: {said}"
    return ""


def _calls(api: Api, server: TruthServer) -> list[tuple[dict[str, Any], Any]]:
    """Each call with what has to come of it: a value, or the name of an exception."""
    found: list[tuple[dict[str, Any], Any]] = []
    here = server.base_url(api.slug)

    def call(wanted: Any, method: str, *args: Any, base_url: str = here, **given: Any) -> None:
        made = {
            "base_url": base_url, "arguments": api.arguments, "method": method, "args": list(args), "given": given,
        }  # fmt: skip
        found.append((made, wanted))

    for name, collection in api.collections.items():
        call(collection.records, "read", name, **collection.given)
        call(collection.records[:2], "read", name, limit=2, **collection.given)
        call(collection.records, "read_batched", name, batch_size=3, **collection.given)
    call(list(api.collections), "list_objects")
    first, collection = next(iter(api.collections.items()))
    if not collection.given:
        call(None, "check_connection")
    for status, error in _ERRORS.items():
        call({"error": error}, "read", first, base_url=server.base_url(api.slug, failing=status), **collection.given)
    call({"error": "ObjectNotFoundError"}, "read", "no_such_object")
    return found


def _environment(api: Api, server: TruthServer, package: str) -> dict[str, str]:
    """What `from_env` of the examples reads."""
    prefix = package.removesuffix("_driver").upper()
    given = {"base_url": server.base_url(api.slug), **api.arguments}
    return {f"{prefix}_{name.upper()}": value for name, value in given.items()}


async def _run(asked: str) -> list[dict[str, Any]]:
    try:
        with anyio.fail_after(_SECONDS):
            done = await anyio.run_process([sys.executable, "-I", "-c", _CHILD], input=asked.encode(), check=False)
        return json.loads(done.stdout.decode().rpartition("\n\n")[2].strip().rpartition("\n")[2])
    except (TimeoutError, ValueError):
        return []


def _difference(wanted: Any, answer: dict[str, Any]) -> str:
    if isinstance(wanted, dict):
        if wanted["error"] in answer.get("error", ()):
            return ""
        return f"{wanted['error']} is due, not {answer.get('error', ['a value'])[0]}"
    if "error" in answer:
        return f"{answer['error'][0]}: {answer['said']}"
    value: Any = answer["value"]
    if value == wanted:
        return ""
    return f"not what is there: {json.dumps(value):.160}"
