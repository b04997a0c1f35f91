"""A fault of each family is found by the guards, told to the model, and gone from the driver within the attempt."""

from collections.abc import Mapping

import pytest

from .author import Author, until
from .conftest import Heal
from .edits import DICTS, LISTED, READ, Edit, add, put
from .tiny import CLIENT, LIST_OBJECTS, READ_RECORDS, README, WRITTEN

IMPORTS = "import httpx2\n"
SWALLOWED = """\
        try:
            return [record for page in found for record in page]
        except DriverError:
            return []
"""
DEMANDED = """\
        if not os.environ.get("TINY_API_KEY"):
            raise InvalidRequestError("TINY_API_KEY is not set.")
"""
JAVASCRIPT = """\
# Tiny

```
npm install tiny-driver
```

```javascript
const { TinyDriver } = require('tiny-driver');
const driver = new TinyDriver();
```
"""
ONE_PAGE = """\
        records: list[Record] = []
        page = 1
        while limit is None or len(records) < limit:
            body = self.call_endpoint("GET", "/pets", params={"page": page, **params})
            records += body["data"]
            page += 1
            break
        return records[:limit]
"""

FAULTS: dict[str, tuple[str, Edit, str]] = {
    "text: code left out": (CLIENT, put(READ, "        # ... rest of the method unchanged\n"), "elided-code"),
    "text: a placeholder": (
        CLIENT,
        put(LISTED, f"        # TODO: implement this properly\n{LISTED}"),
        "placeholder-comment",
    ),
    "syntax": (
        CLIENT,
        put("def list_objects(self) -> list[str]:", "def list_objects(self -> list[str]:"),
        "syntax-error",
    ),
    "names: undefined": (CLIENT, put(LISTED, "        return list(KNOWN_OBJECTS)\n"), "F821"),
    "names: an attribute made up": (
        CLIENT,
        put("return self._http.send(build_call(", "return self._http.dispatch(build_call("),
        "missing-attribute",
    ),
    "types": (CLIENT, put(LISTED, "        return len(OBJECTS)\n"), "invalid-explicit-return"),
    "contract: a signature": (
        CLIENT,
        put("object_name: Name, *, limit: int | None = None, **params: Any\n", "object_name: Name\n"),
        "contract-signature",
    ),
    "contract: a method missing": (CLIENT, put("def list_operations(", "def operations("), "contract-missing-method"),
    "contract: a stub": (CLIENT, put(LISTED, "        raise NotImplementedError\n"), "contract-stub"),
    "contract: list_objects gives dicts": (
        CLIENT,
        put(LISTED, DICTS),
        "list-objects-shape",
    ),
    "contract: an exception that says nothing": (
        CLIENT,
        put('raise InvalidRequestError(f"limit or batch', 'raise Exception(f"limit or batch'),
        "exception-bare-raise",
    ),
    "cross-file: a second tree of exceptions": (
        CLIENT,
        put(
            "class TinyDriver:",
            "class TinyError(Exception):\n    pass\n\n\nclass RateLimitError(TinyError):\n    pass\n\n\nclass TinyDriver:",
        ),
        "exception-second-hierarchy",
    ),
    "cross-file: an import that is not there": (
        CLIENT,
        put(
            "from ._records import pages\n", "from ._records import pages\nfrom .errors import TinyError as TinyError\n"
        ),
        "import-unresolved",
    ),
    "behaviour: an endpoint made up": (
        CLIENT,
        put('self.call_endpoint("GET", "")', 'self.call_endpoint("GET", "/health")'),
        "invented-endpoint",
    ),
    "behaviour: errors swallowed": (
        CLIENT,
        put(READ, SWALLOWED),
        "swallowed-error",
    ),
    "behaviour: one page": (CLIENT, put(READ, ONE_PAGE), "paging-single-page"),
    "behaviour: a key demanded": (
        CLIENT,
        put("        self._http = Transport(", f"{DEMANDED}        self._http = Transport("),
        "key-demanded",
    ),
    "network: no time-out": (
        CLIENT,
        put(READ, READ.replace("[record", "[*httpx2.get(BASE_URL, timeout=None).json()] or [record")),
        "no-timeout",
    ),
    "docs: another language": (
        README,
        lambda _: JAVASCRIPT,
        "other-language",
    ),
    "docs: a method made up": (
        README,
        put('in driver.read("pets", limit=5)', 'in driver.fetch_all("pets")'),
        "snippet-unknown-name",
    ),
    "docs: an object made up": (
        README,
        put('driver.read("pets", limit=5)', 'driver.read("dogs", limit=5)'),
        "snippet-unknown-object",
    ),
    "docs: unfinished": (README, add("\n## Limits\n\nTODO: describe the limits.\n"), "unfinished-readme"),
    "example: a method made up": (
        LIST_OBJECTS,
        put("driver.get_fields(name)", "driver.describe(name)"),
        "unknown-method-outside",
    ),
    "example: an object made up": (
        READ_RECORDS,
        put('driver.read("pets", limit=10)', 'driver.read("dogs", limit=10)'),
        "example-unknown-name",
    ),
    "example: awaited": (
        READ_RECORDS,
        put("for record in driver.read(", "for record in await driver.read("),
        "syntax-error",
    ),
    "example: an argument made up": (
        READ_RECORDS,
        put('driver.read("pets", limit=10)', 'driver.read("pets", limit=10, colour="red")'),
        "example-unknown-name",
    ),
    "security: a key in the code": (
        READ_RECORDS,
        put("from tiny_driver", 'TOKEN = "sk_live_51HxT9aKqz83bVn2LwR7uYpQ0"\n\nfrom tiny_driver'),
        "literal-key",
    ),
    "security: TLS off": (
        CLIENT,
        put(
            "timeout, max_retries, transport)", "timeout, max_retries, transport or httpx2.HTTPTransport(verify=False))"
        ),
        "tls-off",
    ),
    "security: dynamic code": (CLIENT, put(LISTED, '        return eval("list(OBJECTS)")\n'), "S307"),
}
"""What a model gets wrong, in which file, and the code of the finding."""


SOON = {name.partition(":")[0]: name for name in reversed(FAULTS)}
"""The first of each family; the others are in the slow stage."""


@pytest.mark.parametrize("name", SOON.values())
async def test_it_is_found_told_and_gone(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    await is_found_told_and_gone(name, heal, right)


async def is_found_told_and_gone(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    """A model answers with the fault first, and rightly once it is told of it."""
    path, edit, code = FAULTS[name]
    wrong = edit(right[path])
    told = until(f" {code}, ", wrong, right[path])
    healed = await heal(Author(right, {path: [wrong, told]}), max_supervisor_attempts=1)
    (first, codes), second = healed.tried(path)
    assert first == "rejected"
    assert code in codes
    assert second == ("accepted", set())
    generated, repaired = healed.requests(path)
    assert (generated["task"]["role"], repaired["task"]["role"]) == ("generate", "repair")
    assert code in repaired["instruction"]
    assert repaired["turns"] == [{"speaker": "assistant", "text": wrong}], "the last answer, and not the whole history"
    assert len(healed.asked) == len(WRITTEN) + 1, "files that pass are not asked for again"
    assert healed.result["success"]
    assert healed.on_disk(path) == right[path]
    assert {healed.authors[p] for p in WRITTEN} == {"model"}
    assert (healed.result["supervisor_attempts"], healed.result["diagnostics_run"]) == (1, 0)
    assert healed.attempts[0]["data"]["findings"][code] >= 1


MENDED: dict[str, tuple[Edit, str]] = {
    "a colon is missing": (
        put("def list_objects(self) -> list[str]:", "def list_objects(self) -> list[str]"),
        "missing-colon",
    ),
    "an import is missing": (put("import os\n", ""), "missing-import"),
    "__all__ names what is not there": (
        put(IMPORTS, f'{IMPORTS}\n__all__ = ["TinyDriver", "TinyClient"]\n'),
        "missing-export",
    ),
}
"""What the guards mend themselves, and the fixer that does it."""


@pytest.mark.parametrize("name", MENDED)
async def test_no_model_is_asked_again_where(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    edit, fixer = MENDED[name]
    healed = await heal(Author(right, {CLIENT: [edit(right[CLIENT])]}), max_supervisor_attempts=1)
    assert healed.result["success"]
    assert len(healed.asked) == len(WRITTEN)
    accepted = next(e for e in healed.of_kind("file.accepted") if e.data["path"] == CLIENT)
    assert accepted.data["fixes"] == [fixer]
    assert healed.authors[CLIENT] == "model"
    assert "TinyClient" not in healed.on_disk(CLIENT)
