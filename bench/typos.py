"""What type checkers see in code that uses a driver: ten typos, planted out of the profile, beside the same code without them.

A typo counts as seen by a checker that refuses its line, and not the same line as it should be. `false alarms` are lines of the
right code that a checker refuses. For openapi-python-client the same kinds are planted, out of the code that it wrote.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from driversmith.engine.generation.parameters import arguments
from driversmith.engine.models.profile import ApiProfile, ObjectProfile

CHECKERS = {
    "pyright": ["pyright", "--pythonpath", sys.executable],
    "mypy": ["mypy", "--follow-imports=silent", "--no-error-summary", "--cache-dir=/dev/null"],
    "ty": ["ty", "check", "--python", sys.prefix, "--output-format", "concise"],
}
_COMPLAINT = re.compile(r"^\s*(?P<file>.*?\b(?:right|wrong))\.py:(?P<line>\d+)(?::\d+)?(?::| -) error\b", re.MULTILINE)
_VALUES: dict[str, tuple[str, str]] = {
    "string": ("'a'", "7"),
    "integer": ("1", "'a'"),
    "number": ("1.5", "'a'"),
    "boolean": ("True", "'a'"),
    "array": ("['a']", "7"),
    "object": ("{}", "7"),
}
"""JSON type -> a value in Python that fits, and one that does not."""


class Typo(NamedTuple):
    """A line of code, as it should be and with a typo."""

    right: str
    wrong: str


class Seen(NamedTuple):
    """What a checker made of them."""

    typos: int
    false_alarms: int


def typos_seen(project: Path, head: list[str], typos: list[Typo]) -> dict[str, Seen]:
    """Checker -> how many of the typos it sees, with both programs in the folder that holds the package."""
    programs = {project / f"{name}.py": [*head, *(getattr(typo, name) for typo in typos)] for name in Typo._fields}
    for path, lines in programs.items():
        path.write_text("\n".join([*lines, ""]))
    try:
        return {name: _judged(command, project, len(head)) for name, command in CHECKERS.items()}
    finally:
        for path in programs:
            path.unlink()


def _judged(command: list[str], project: Path, above: int) -> Seen:
    run = subprocess.run(
        [sys.executable, "-m", *command, "right.py", "wrong.py"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    refused: dict[str, set[int]] = {"right": set(), "wrong": set()}
    for found in _COMPLAINT.finditer(run.stdout):
        if (line := int(found["line"])) > above:
            refused[Path(found["file"]).name].add(line)
    return Seen(len(refused["wrong"] - refused["right"]), len(refused["right"]))


def of_driver(profile: ApiProfile, package: str, class_name: str) -> tuple[list[str], list[Typo]]:
    """The head of a program that uses a driver, and ten lines of it."""
    head = [
        f"from {package} import Async{class_name}, {class_name}",
        f"driver = {class_name}()",
        f"twin = Async{class_name}()",
    ]
    found = [*_reads(profile), *_writes(profile), *_names(profile)]
    while len(found) < 10:
        found += list(_names(profile))
    return head, found[:10]


def _reads(profile: ApiProfile) -> Iterator[Typo]:
    told = arguments(profile)
    readable = [o for o in profile.objects.values() if {"read", "read_one"} & o.operations.keys()]
    usable = [o for o in readable if all(a.isidentifier() for a, how in told[o.name].items() if how.required)]
    if not usable:
        return
    least = min(usable, key=lambda o: sum(how.required for how in told[o.name].values()))
    most = max(usable, key=lambda o: (sum(a.isidentifier() for a in told[o.name]), bool(o.fields)))
    known = next((o for o in usable if any(f.required and n.isidentifier() for n, f in o.fields.items())), None)
    known = known or next((o for o in usable if o.fields), least)
    for way, of in (("read", least), ("read_batched", most)):
        yield Typo(f"driver.{way}({_given(profile, of)})", f"driver.{way}({_given(profile, of, called=of.name + 'z')})")
    for way, of in (("read", most), ("iterate", least)):
        argument = next((a for a in told[of.name] if a.isidentifier()), None)
        more = _value(told[of.name][argument].type) if argument else None
        right = {argument: more[0]} if argument and more else {"limit" if way == "read" else "batch_size": "1"}
        wrong = {f"{name}z": value for name, value in right.items()}
        yield Typo(f"driver.{way}({_given(profile, of, right)})", f"driver.{way}({_given(profile, of, wrong)})")
    typed = [(a, how.type) for a, how in told[most.name].items() if a.isidentifier() and how.type in _VALUES]
    argument, kind = next(iter(typed), ("limit", "integer"))
    right, wrong = _VALUES[kind]
    yield Typo(
        f"driver.read({_given(profile, most, {argument: right})})",
        f"driver.read({_given(profile, most, {argument: wrong})})",
    )
    for of in usable:
        if demanded := [a for a, how in told[of.name].items() if how.required]:
            yield Typo(
                f"driver.read({_given(profile, of)})", f"driver.read({_given(profile, of, left_out=demanded[0])})"
            )
            break
    for way in ("for row in driver.iterate({}): row[{!r}]", "async def main() -> None: (await twin.read({}))[0][{!r}]"):
        fields = sorted(known.fields, key=lambda n: not known.fields[n].required)
        if fields:
            call = _given(profile, known)
            yield Typo(way.format(call, fields[0]), way.format(call, fields[0] + "z"))


def _writes(profile: ApiProfile) -> Iterator[Typo]:
    able = [
        (o, profile.operations[o.operations["create"]]) for o in profile.objects.values() if "create" in o.operations
    ]
    for of, operation in able:
        beside = [p for p in operation.parameters if p.must_be_given]
        if operation.body and operation.body.fields and all(p.argument.isidentifier() for p in beside):
            given = "".join(f", {p.argument}={_value(p.type)[0]}" for p in beside)
            name, field = next(iter(operation.body.fields.items()))
            value = repr(field.enum[0]) if field.enum else _value(field.type)[0]
            right, wrong = (f"driver.create({of.name!r}, {{{key!r}: {value}}}{given})" for key in (name, name + "z"))
            yield Typo(right, wrong)
            break


def _names(profile: ApiProfile) -> Iterator[Typo]:
    operation = next(iter(profile.operations))
    yield Typo(f"driver.call_operation({operation!r})", f"driver.call_operation({operation + 'z'!r})")
    for name in list(profile.objects)[:1]:
        for call in ("get_fields({!r})", "delete({!r}, 1)", "get_parameters({!r})"):
            yield Typo(f"driver.{call.format(name)}", f"driver.{call.format(name + 'z')}")


def _given(
    profile: ApiProfile,
    of: ObjectProfile,
    more: Mapping[str, str] | None = None,
    *,
    called: str = "",
    left_out: str = "",
) -> str:
    told = arguments(profile)[of.name]
    needed = {a: _needed(profile, of, a) for a, how in told.items() if how.required and a != left_out}
    return ", ".join([repr(called or of.name), *(f"{a}={value}" for a, value in {**needed, **(more or {})}.items())])


def _needed(profile: ApiProfile, of: ObjectProfile, argument: str) -> str:
    for verb in ("read", "read_one"):
        operation = profile.operation(of.name, verb)
        for parameter in operation.parameters if operation else ():
            if parameter.argument == argument:
                return repr(parameter.enum[0]) if parameter.enum else _value(parameter.type)[0]
    return "{}"


def _value(kind: str) -> tuple[str, str]:
    return _VALUES.get(kind, ("'a'", "7"))


def of_peer(target: Path, package: str) -> tuple[list[str], list[Typo]] | None:
    """The same for a client of openapi-python-client; None where it has nothing to call."""
    for path in sorted(target.glob("api/*/*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        if "sync_detailed" in functions and (models := _models(target)):
            return _program(path, functions["sync_detailed"], models, package)
    return None


def _models(target: Path) -> list[tuple[str, str, bool]]:
    """Class, one of its attributes, whether the constructor demands it."""
    found: list[tuple[str, str, bool]] = []
    for path in sorted(target.glob("models/*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and any("attrs" in ast.unparse(d) for d in node.decorator_list):
                fields = [s for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
                if fields and fields[0].value is not None:
                    found.append((node.name, ast.unparse(fields[0].target), False))
    return found


def _program(
    path: Path, call: ast.FunctionDef, models: list[tuple[str, str, bool]], package: str
) -> tuple[list[str], list[Typo]]:
    tag, module = path.parent.name, path.stem
    values = {"int": ("1", "'a'"), "str": ("'a'", "7"), "float": ("1.5", "'a'"), "bool": ("True", "'a'")}
    needed = {a.arg: "any_()" for a, d in zip(call.args.kwonlyargs, call.args.kw_defaults, strict=True) if d is None}
    needed |= {a.arg: "any_()" for a in call.args.args}
    needed["client"] = "client"
    known = {a.arg: ast.unparse(a.annotation or ast.Constant("")) for a in [*call.args.args, *call.args.kwonlyargs]}
    typed = [(a, values[kind.split(" ")[0]]) for a, kind in known.items() if kind.split(" ")[0] in values]
    cls, field, _ = models[0]
    head = [
        "from typing import Any",
        f"from {package} import AuthenticatedClient",
        f"from {package}.api.{tag} import {module}",
        f"from {package}.models import {cls}",
        "def any_() -> Any: ...",
        "def signed_in() -> AuthenticatedClient: ...  # type: ignore",
        "client = signed_in()",
        f"def one() -> {cls}: ...  # type: ignore",
    ]

    def given(**more: Any) -> str:
        return ", ".join(f"{name}={value}" for name, value in {**needed, **more}.items())

    without = ", ".join(f"{name}={value}" for name, value in list(needed.items())[:-1])
    typos = [
        Typo(f"from {package}.api.{tag} import {module}", f"from {package}.api.{tag} import {module}z"),
        Typo(f"from {package}.models import {cls}", f"from {package}.models import {cls}z"),
        Typo(f"{module}.sync_detailed({given()})", f"{module}.sync_detailedz({given()})"),
        Typo(f"{module}.sync_detailed({given()})", f"{module}.sync_detailed({given(clientz='client')})"),
        Typo(f"_ = {module}.asyncio_detailed({given()})", f"_ = {module}.asyncio_detailed({given(clientz='client')})"),
        Typo(
            f"{module}.sync_detailed({given()})",
            f"{module}.sync_detailed({given(**({typed[0][0]: typed[0][1][1]} if typed else {'client': '7'}))})",
        ),
        Typo(f"{module}.sync_detailed({given()})", f"{module}.sync_detailed({without})"),
        Typo(f"one().{field}", f"one().{field}z"),
        Typo(f"async def main() -> None: one().{field}", f"async def main() -> None: one().{field}z"),
        Typo(f"{cls}({field}=any_())", f"{cls}({field}z=any_())"),
    ]
    return head, typos
