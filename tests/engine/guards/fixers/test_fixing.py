"""Fixers heal what needs no model, change nothing else, and are measured."""

import ast
import html
import json
import sys
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from driversmith.engine.guards.fixers.fixer import Case as FixCase
from driversmith.engine.guards.fixers.fixer import Change, Fixer
from driversmith.engine.guards.fixers.fixing import Fixed, fix
from driversmith.engine.guards.fixers.registry import FIXERS, SYNTAX_FIXERS
from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.validation.package import validate_package

SAMPLE = Path(__file__).parents[2] / "validation" / "sample" / "pet_shop_driver"
CLIENT = "pet_shop_driver/client.py"


@dataclass(frozen=True)
class Fault:
    fixers: list[str]
    file: str
    old: str = ""
    new: str = ""
    before: str = ""
    after: str = ""
    without: tuple[str, ...] = ()
    all: bool = False
    escaped: bool = False
    html: bool = False
    numbered: bool = False
    restored: bool = False
    holds: str = ""
    lost: str = ""

    def __str__(self) -> str:
        return "+".join(self.fixers)

    def made_in(self, text: str) -> str:
        assert self.old in text, "the sample has changed"
        text = text.replace(self.old, self.new, -1 if self.all else 1) if self.old else text
        for part in self.without:
            assert part in text, "the sample has changed"
            text = text.replace(part, "", 1)
        if self.escaped:
            text = json.dumps(text)[1:-1]
        if self.html:
            text = html.escape(text)
        if self.numbered:
            text = "\n".join(f"{n:3} | {line}" for n, line in enumerate(text.rstrip("\n").split("\n"), 1)) + "\n"
        return self.before + text + self.after


FAULTS = [Fault(**row) for row in tomllib.loads(Path(__file__).with_name("faults.toml").read_text("utf-8"))["fault"]]
SOON = 4
"""One in so many; the others are in the slow stage."""


@pytest.fixture
def driver() -> dict[str, str]:
    return sample()


def sample() -> dict[str, str]:
    names = sorted(p for p in SAMPLE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {p.relative_to(SAMPLE).as_posix(): p.read_text("utf-8") for p in names}


@pytest.mark.parametrize("fault", FAULTS[::SOON], ids=str)
async def test_a_fault_is_healed(fault: Fault, driver: dict[str, str]) -> None:
    await is_healed(fault, driver)


async def is_healed(fault: Fault, driver: dict[str, str]) -> None:
    broken = {**driver, fault.file: fault.made_in(driver[fault.file])}
    before = await validate_package(broken)
    fixed = await fix(broken, fault.file, before)
    assert [r.fixer for r in fixed.applied] == fault.fixers, (before.findings, fixed.report.findings)
    assert all(r.did and r.healed and r.path == fault.file for r in fixed.applied)
    assert fixed.report.ok, fixed.report.findings
    text = fixed.files[fault.file]
    if fault.restored:
        assert text == driver[fault.file]
    assert fault.holds in text
    assert not fault.lost or fault.lost not in text
    assert {p: t for p, t in fixed.files.items() if p != fault.file} == {
        p: t for p, t in driver.items() if p != fault.file
    }


def test_every_fixer_has_a_fault_that_it_heals() -> None:
    healed = {name for fault in FAULTS for name in fault.fixers}
    own_tests = {"f-string-quotes", "missing-f-prefix", "double-escape", "import-twice"}
    assert {f.name for f in [*FIXERS, *SYNTAX_FIXERS]} - healed <= own_tests
    assert len(healed) >= 12


async def test_a_sound_driver_is_left_alone(driver: dict[str, str]) -> None:
    report = await validate_package(driver)
    for path in driver:
        assert (await fix(driver, path, report)).applied == ()


async def test_several_kinds_of_faults_in_one_file_are_healed_together(driver: dict[str, str]) -> None:
    text = (
        driver[CLIENT]
        .replace("from typing import Any, Self\n", "from typing import Self\n")
        .replace("import os", "import json\nimport os")
    )
    broken = {**driver, CLIENT: f"```python\n{text}```\n"}
    fixed = await fix(broken, CLIENT, await validate_package(broken))
    assert [r.fixer for r in fixed.applied] == ["fences-and-prose", "missing-import", "unused-import"]
    assert fixed.files[CLIENT] == driver[CLIENT]


async def test_a_file_alone_is_healed_too() -> None:
    text = "import json\n\n\ndef names() -> List[str]:\n    return []\n"
    from driversmith.engine.validation.file import validate_file

    report = await validate_file(file_path="names.py", content=text)
    fixed = await fix({"names.py": text}, "names.py", report)
    assert {r.fixer for r in fixed.applied} == {"missing-import", "unused-import"}
    assert fixed.files["names.py"] == "from typing import List\n\n\ndef names() -> List[str]:\n    return []\n"


# Faults in what a driver does. They parse, and nothing of them is for a fixer.
LOGIC = {
    "one page": ("            page, before = page + 1, records", "            return"),
    "never ends": ("            if not records:\n                return\n", ""),
    "limit ignored": ("return records[:limit]", "return records"),
    "wrong parameter": ('"page_number": page', '"page": page'),
    "wrong verb": ('send("PUT"', 'send("POST"'),
    "wrong exception": (
        'raise ObjectNotFoundError(f"There is no object',
        'raise InvalidRequestError(f"There is no object',
    ),
    "list of dicts": ("return list(_PATHS)", 'return [{"name": name} for name in _PATHS]'),
    "swallowed": (
        'self._transport.send("DELETE", f"{self._path(object_name)}/{record_id}", params=params)',
        "try:\n            self._path(object_name)\n        except Exception:\n            pass",
    ),
    "no key": ('{"X-API-Key": api_key} if api_key else {}', "{}"),
    "wrong path": ('"/store/orders"', '"/orders"'),
    "off by one": (
        "path, page, before = self._path(object_name), 1, None",
        "path, page, before = self._path(object_name), 0, None",
    ),
}


@pytest.mark.parametrize("fault", list(LOGIC)[::SOON])
async def test_faults_in_behaviour_are_left_for_the_contract_run(fault: str, driver: dict[str, str]) -> None:
    await is_left(fault, driver)


async def is_left(fault: str, driver: dict[str, str]) -> None:
    old, new = LOGIC[fault]
    assert old in driver[CLIENT], "the sample has changed"
    wrong = driver[CLIENT].replace(old, new, 1)
    # A fixer has something to do besides, and does it without touching what the driver does.
    dressed = f"```python\n{wrong.replace('from typing import Any, Self', 'from typing import Self')}```\n"
    broken = {**driver, CLIENT: dressed}
    fixed = await fix(broken, CLIENT, await validate_package(broken))
    assert fixed.applied
    assert ast.dump(ast.parse(_unimported(fixed.files[CLIENT]))) == ast.dump(ast.parse(_unimported(wrong)))


def _unimported(text: str) -> str:
    return text[text.index("_PATHS =") :]


async def test_a_change_that_is_not_strictly_better_is_refused(driver: dict[str, str]) -> None:
    text = driver[CLIENT].replace("list(_PATHS)", "list(_PATH)", 1)
    broken = {**driver, CLIENT: text}
    report = await validate_package(broken)

    def worse(case: FixCase) -> list[Change]:
        other = case.text.replace("list(_PATH)", "sorted(_PATHZ)", 1)
        as_many = case.text.replace("list(_PATH)", "list(_PATHZ)", 1)
        swapped = case.text.replace("list(_PATH)", "list(_PATHS)", 1).replace("import os\n", "", 1)
        return [Change(other, "other"), Change(as_many, "as many"), Change(swapped, "one for another")]

    fixed = await fix(broken, CLIENT, report, fixers=(Fixer("worse", frozenset({"F821"}), worse),))
    assert fixed.applied == ()
    assert fixed.files == broken


async def test_one_new_finding_outweighs_any_number_of_healed_ones() -> None:
    old = [Finding(code=c, severity="P2", file="a.py", message=c) for c in ("one", "two", "three")]
    new = [Finding(code="four", severity="P3", file="b.py", message="four")]

    async def measure(files: Mapping[str, str]) -> ValidationReport:
        return ValidationReport.of(new if "better" in files["a.py"] else old)

    fixer = Fixer("some", frozenset({"one"}), lambda _: [Change("better = 1\n", "bettered")])
    fixed = await fix(
        {"a.py": "x = 1\n", "b.py": ""}, "a.py", ValidationReport.of(old), measure=measure, fixers=(fixer,)
    )
    assert fixed.applied == ()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        # Two modules define it.
        ("pet_shop_driver/client.py", "NotSupportedError, ObjectNotFoundError", "ObjectNotFoundError"),
        # Tabs of four and of eight columns give different code.
        (
            CLIENT,
            "                return records[:limit]\n",
            "                return records[:limit]\n\t    records.reverse()\n",
        ),
        # Which parameter is the record?
        (CLIENT, "record_id: str | int, data: dict[str, Any]", "payload: dict[str, Any], identifier: str | int"),
        # Between two levels.
        (
            CLIENT,
            "                return records[:limit]\n        return records\n",
            "                return records[:limit]\n          return records\n",
        ),
        # Which bracket is missing?
        (CLIENT, "records.extend(batch)", "records.extend(batch"),
        # A name that nobody has.
        (CLIENT, "list(_PATHS)", "list(_OBJECTS)"),
        # It may end anywhere.
        (CLIENT, '        """Names of all objects."""', '        """Names of all objects.'),
    ],
    ids=["two sources", "tabs", "order", "level", "bracket", "unknown name", "string"],
)
async def test_what_is_not_certain_is_left(file: str, old: str, new: str, driver: dict[str, str]) -> None:
    assert old in driver[file], "the sample has changed"
    broken = {**driver, file: driver[file].replace(old, new, 1)}
    if "NotSupported" in old:
        broken["pet_shop_driver/types.py"] += "\n\nclass NotSupportedError(Exception):\n    pass\n"
    fixed = await fix(broken, file, await validate_package(broken))
    assert fixed.applied == ()
    assert fixed.files == broken
    assert not fixed.report.ok


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer Pythons take the same quotes")
async def test_quotes_inside_an_f_string_of_a_newer_python(driver: dict[str, str]) -> None:
    old = 'f"{operation} needs {error}."'
    broken = {**driver, CLIENT: driver[CLIENT].replace(old, 'f"{params["body"]} needs {error}."', 1)}
    fixed = await fix(broken, CLIENT, await validate_package(broken))
    assert [r.fixer for r in fixed.applied] == ["f-string-quotes"]
    assert "f\"{params['body']} needs {error}.\"" in fixed.files[CLIENT]


async def test_an_import_that_is_there_twice(driver: dict[str, str]) -> None:
    broken = {**driver, CLIENT: driver[CLIENT].replace("import os\n", "import os\nimport os\n", 1)}
    fixed = await fix(broken, CLIENT, await validate_package(broken))
    assert fixed.files[CLIENT] == driver[CLIENT]


async def test_the_missing_f_of_a_string_with_known_names(driver: dict[str, str]) -> None:
    text = driver[CLIENT].replace('f"There is no object {object_name}."', '"There is no object {object_name}."', 1)
    line = next(n for n, t in enumerate(text.split("\n"), 1) if '"There is no object {' in t)
    finding = Finding(code="missing-f-prefix", severity="P2", file=CLIENT, line=line, message="The f is missing.")

    async def measure(files: Mapping[str, str]) -> ValidationReport:
        return ValidationReport.of([] if files[CLIENT] == driver[CLIENT] else [finding])

    fixed = await fix({**driver, CLIENT: text}, CLIENT, ValidationReport.of([finding]), measure=measure)
    assert [r.fixer for r in fixed.applied] == ["missing-f-prefix"]


async def test_a_line_break_whose_backslash_is_escaped() -> None:
    text, healed = 'x = "\\\\n".join("ab")\n', 'x = "\\n".join("ab")\n'
    finding = Finding(code="double-escape", severity="P2", file="a.py", line=1, column=5, message="Escaped twice.")

    async def measure(files: Mapping[str, str]) -> ValidationReport:
        return ValidationReport.of([] if files["a.py"] == healed else [finding])

    fixed = await fix({"a.py": text}, "a.py", ValidationReport.of([finding]), measure=measure)
    assert fixed.files == {"a.py": healed}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "x = " + "(" * 20_000,
        "\u201c" * 50_000,
        "print x\n" * 5_000,
        "\t" * 50_000,
        "a.b" * 30_000,
        "x" * 1_500_000,
        "  " * 20_000 + "x\n y\n",
        "```\n" * 10_000,
        "if x\n" * 5_000,
        "import os\n" * 8_000,
        "\x01\x02",
    ],
    ids=range(13),
)
async def test_bad_input_is_bounded(text: str) -> None:
    report = ValidationReport.of([Finding(code="syntax-error", severity="P0", file="a.py", message="Syntax error.")])

    async def measure(files: Mapping[str, str]) -> ValidationReport:
        return report

    started = time.process_time()
    fixed: Fixed = await fix({"a.py": text}, "a.py", report, measure=measure)
    assert time.process_time() - started < 10
    assert fixed.files == {"a.py": text}


async def test_a_file_that_is_not_there_is_no_fault() -> None:
    fixed = await fix({"a.py": "x = 1\n"}, "b.py", ValidationReport(ok=True))
    assert fixed.applied == ()
