"""A fault is found by the guards, told to the model, and gone from the driver within the attempt."""

from collections.abc import Mapping

import pytest

from .author import Author, until
from .conftest import Heal
from .edits import LIST, PETS, Edit, add, both, lists_objects, put
from .tiny import CLIENT, LIST_OBJECTS, READ_RECORDS, README, WRITTEN

IMPORTS = "import httpx2\n"
HEAD = "def pets(self, *, limit: int | None = None) -> list[Record]:"
SWALLOWED = f"""\
        try:
    {PETS}        except DriverError:
            return []
"""
DEMANDED = """\
        if not os.environ.get("TINY_API_KEY"):
            raise InvalidRequestError("TINY_API_KEY is not set.")
"""
NARROW = """
    def read(self, object_name: str) -> list[Record]:
        \"\"\"Tiny has but one object.\"\"\"
        return super().read(object_name)
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
            body = self.call_endpoint("GET", "/pets", params={"page": page})
            records += body["data"]
            page += 1
            break
        return records[:limit]
"""

FAULTS: dict[str, tuple[str, Edit, str]] = {
    "text: code left out": (CLIENT, put(PETS, "        # ... rest of the method unchanged\n"), "elided-code"),
    "text: a placeholder": (
        CLIENT,
        put(PETS, f"        # TODO: implement this properly\n{PETS}"),
        "placeholder-comment",
    ),
    "syntax": (CLIENT, put(HEAD, HEAD.replace(") ->", " ->")), "syntax-error"),
    "names: undefined": (CLIENT, put(PETS, "        return self.read(KNOWN_OBJECT, limit=limit)\n"), "F821"),
    "names: an attribute made up": (
        CLIENT,
        put(PETS, '        return self._http.dispatch("pets", limit=limit)\n'),
        "missing-attribute",
    ),
    "types": (CLIENT, put(PETS, PETS.replace("self", "len(self").replace("\n", ")\n")), "invalid-explicit-return"),
    "contract: a signature": (CLIENT, add(NARROW), "contract-signature"),
    "contract: copied": (
        CLIENT,
        add('''\n    def close(self) -> None:\n        """End."""\n        self._http.close()\n'''),
        "contract-copied",
    ),
    "contract: a stub": (CLIENT, lists_objects("        raise NotImplementedError\n"), "contract-stub"),
    "contract: list_objects gives dicts": (CLIENT, lists_objects(LIST), "list-objects-shape"),
    "contract: an exception that says nothing": (
        CLIENT,
        put(PETS, f'        if limit == 0:\n            raise Exception("limit is 0")\n{PETS}'),
        "exception-bare-raise",
    ),
    "cross-file: a second tree of exceptions": (
        CLIENT,
        put(
            "class TinyDriver(",
            "class TinyError(Exception):\n    pass\n\n\nclass RateLimitError(TinyError):\n    pass\n\n\nclass TinyDriver(",
        ),
        "exception-second-hierarchy",
    ),
    "cross-file: an import that is not there": (
        CLIENT,
        put("from ._transport import Transport\n", "from ._transport import Transport\nfrom .errors import No as No\n"),
        "import-unresolved",
    ),
    "behaviour: an endpoint made up": (
        CLIENT,
        put(PETS, '        return self.call_endpoint("GET", "/health")\n'),
        "invented-endpoint",
    ),
    "behaviour: errors swallowed": (
        CLIENT,
        both(put(PETS, SWALLOWED), put("from .types", "from .exceptions import DriverError\nfrom .types")),
        "swallowed-error",
    ),
    "behaviour: one page": (CLIENT, put(PETS, ONE_PAGE), "paging-single-page"),
    "behaviour: a key demanded": (
        CLIENT,
        both(
            put("        super().__init__(", f"{DEMANDED}        super().__init__("),
            both(
                put("from .types", "from .exceptions import InvalidRequestError\nfrom .types"),
                put(IMPORTS, f"import os\n\n{IMPORTS}"),
            ),
        ),
        "key-demanded",
    ),
    "network: no time-out": (
        CLIENT,
        put(PETS, "        return [*httpx2.get(BASE_URL, timeout=None).json()]\n"),
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
    "security: dynamic code": (CLIENT, put(PETS, '        return eval("self.read(limit)")\n'), "S307"),
}
"""What a model gets wrong, in which file, and the code of the finding."""


SOON = list(FAULTS)[::8]
"""The others are in the slow stage."""


@pytest.mark.parametrize("name", SOON)
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
        put(HEAD, HEAD.rstrip(":")),
        "missing-colon",
    ),
    "an import is missing": (put("from .types import Record\n", ""), "missing-import"),
    "__all__ names what is not there": (
        put(IMPORTS, f'{IMPORTS}\n__all__ = ["TinyDriver", "TinyClient"]\n'),
        "missing-export",
    ),
}
"""What the guards mend themselves, and the fixer that does it."""


@pytest.mark.parametrize("name", list(MENDED)[:1])
async def test_no_model_is_asked_again_where(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    await is_mended(name, heal, right)


async def is_mended(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    """The guards mend it themselves."""
    edit, fixer = MENDED[name]
    healed = await heal(Author(right, {CLIENT: [edit(right[CLIENT])]}), max_supervisor_attempts=1)
    assert healed.result["success"]
    assert len(healed.asked) == len(WRITTEN)
    accepted = next(e for e in healed.of_kind("file.accepted") if e.data["path"] == CLIENT)
    assert accepted.data["fixes"] == [fixer]
    assert healed.authors[CLIENT] == "model"
    assert "TinyClient" not in healed.on_disk(CLIENT)
