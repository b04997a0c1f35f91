"""`validate_file`: one file, whatever it is."""

import os
import sys
import time
from pathlib import Path

import anyio
import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.findings import ValidationReport
from driversmith.engine.validation.file import validate_file
from driversmith.engine.validation.package import validate_folder

from ...patience import LONG


def codes(report: ValidationReport) -> set[str]:
    return {f.code for f in report.findings}


async def test_a_sound_file_has_no_finding(tmp_path: Path) -> None:
    path = tmp_path / "sound.py"
    path.write_text('"""Sound."""\n\nX = 1\n')
    assert await validate_file(file_path=str(path)) == ValidationReport(ok=True)


async def test_content_is_judged_in_place_of_the_file() -> None:
    report = await validate_file(file_path="client.py", content="import os\nprint(foo)\n")
    assert [(f.code, f.severity, f.file, f.line) for f in report.findings] == [
        ("F821", "P1", "client.py", 2),
        ("F401", "P3", "client.py", 1),
    ]
    assert not report.ok


async def test_unused_imports_alone_are_ok() -> None:
    assert (await validate_file(file_path="a.py", content="import os\n")).ok


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"  \n\n", "empty-file"),
        (b"x = 1\0\n", "nul-bytes"),
        (b"\x7fELF\x02\x01\x01\xff\xfe\x80\x81", "binary"),
        (b"\xff\xfex\x00 \x00", "encoding"),
        (b"name = 'caf\xe9'\n", "encoding"),
        (b"# -*- coding: klingon -*-\nx = 1\n", "encoding"),
        (b"x = [1,\n", "syntax-error"),
        ("x = “quoted”\n".encode(), "syntax-error"),
        (b"Here is the file:\n\n```python\nx = 1\n```\n", "left-over-fence"),
        (b"x = 1\n```\nThat's the whole file.\n", "left-over-fence"),
        (b"x = " + b"-" * 5000 + b"1\n", "too-deeply-nested"),
        (b"return 1\n", "syntax-error"),
        (b"x = " + b"9" * 5000 + b"\n", "syntax-error"),
    ],
)
async def test_a_bad_file_is_one_clear_finding(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "client.py"
    path.write_bytes(data)
    report = await validate_file(file_path=str(path))
    assert codes(report) == {code}
    assert not report.ok
    assert report.findings[0].severity in {"P0", "P1"}


async def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.py"
    path.write_bytes(b"#" * (10 << 20))
    assert codes(await validate_file(file_path=str(path))) == {"too-large"}
    assert codes(await validate_file(file_path="large.py", content="#" * (9 << 20))) == {"too-large"}


async def test_text_that_no_encoding_can_write_is_a_finding() -> None:
    assert codes(await validate_file(file_path="a.py", content="x = '\ud800'\n")) == {"encoding"}


async def test_a_byte_order_mark_and_a_declared_encoding_are_fine(tmp_path: Path) -> None:
    (tmp_path / "bom.py").write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    (tmp_path / "latin.py").write_bytes(b"# coding: latin-1\nname = 'caf\xe9'\n")
    assert (await validate_file(file_path=str(tmp_path / "bom.py"))).ok
    assert (await validate_file(file_path=str(tmp_path / "latin.py"))).ok


async def test_columns_count_characters_not_bytes() -> None:
    text = "é = '€€€'; import subprocess\nclass XDriver:\n    def list_objects(self): return [{}]\n"
    text += "    def get_fields(self): ...\n    def get_capabilities(self): ...\n"
    report = await validate_file(file_path="client.py", content=text)
    unsafe = next(f for f in report.findings if f.code == "import-unsafe")
    assert text.splitlines()[0][unsafe.column - 1 :].startswith("import subprocess")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 100_000, id="parentheses"),
        pytest.param("x = a" + ".b" * 100_000, id="attributes"),
    ],
)
async def test_nesting_of_any_depth_is_a_finding(text: str) -> None:
    await is_too_deep(text)


async def is_too_deep(text: str) -> None:
    report = await validate_file(file_path="deep.py", content=text)
    assert not report.ok
    assert report.findings[0].severity == "P0"


@pytest.mark.parametrize(
    "deep",
    [
        "x = " + "-" * 3_000 + "1",
        "x = a" + "()" * 3_000,
        "x = 1" + "+1" * 3_000,
        "if a: pass\n" + "elif a: pass\n" * 3_000,
    ],
)
async def test_what_the_oldest_python_of_drivers_does_not_compile_is_too_deep_on_a_newer_one_too(deep: str) -> None:
    report = await validate_file(file_path="deep.py", content=f"{deep}\n")
    assert codes(report) == {"too-deeply-nested"}


async def test_the_loop_answers_while_a_heavy_file_is_judged() -> None:
    late = 0.0

    async def tick() -> None:
        nonlocal late
        while True:
            before = time.thread_time()  # what others do with the processor does not count
            await anyio.sleep(0.01)
            late = max(late, time.thread_time() - before)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        report = await validate_file(
            file_path="heavy.py", content="import a" + ".b" * 20_000 + "\nx = [" + "1," * 200_000
        )
        assert not report.ok
        tasks.cancel_scope.cancel()
    assert late < 1.0


async def test_fifty_files_at_once(tmp_path: Path) -> None:
    reports: dict[int, ValidationReport] = {}

    async def one(number: int) -> None:
        path = tmp_path / f"file{number}.py"
        path.write_text(f"print(missing{number})\n")
        reports[number] = await validate_file(file_path=str(path))

    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(one, number)
    assert all(f"`missing{number}`" in report.findings[0].message for number, report in reports.items())
    assert len(reports) == 50


async def test_the_loop_answers_while_fifty_files_are_judged(driver: dict[str, str], tmp_path: Path) -> None:
    late = 0.0
    done = 0

    async def tick() -> None:
        nonlocal late
        while True:
            before = time.thread_time()
            await anyio.sleep(0.01)
            late = max(late, time.thread_time() - before)

    async def one(number: int) -> None:
        nonlocal done
        await validate_file(file_path=f"file{number}.py", content=driver["pet_shop_driver/client.py"])
        done += 1

    async with anyio.create_task_group() as outer:
        outer.start_soon(tick)
        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(one, number)
        outer.cancel_scope.cancel()
    assert done == 50
    assert late < 2.0


async def test_a_folder_with_a_loop_of_links_and_a_file_that_vanishes_is_judged_all_the_same(
    driver: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _write(driver, tmp_path / "pet_shop_driver")
    (root / "pet_shop_driver" / "loop").symlink_to(root, target_is_directory=True)
    (root / "pet_shop_driver" / "a.py").symlink_to(root / "pet_shop_driver" / "a.py")
    assert (await validate_folder(str(root))).ok
    monkeypatch.setattr(os, "open", _vanish(root / "examples" / "list_objects.py"))
    report = await validate_folder(str(root))
    assert [(f.code, f.severity) for f in report.findings if f.file == "examples/list_objects.py"] == [
        ("missing-comfort", "P2"),
        ("unreadable", "P2"),
    ]


async def test_an_undefined_name_in_an_annotation_that_is_never_evaluated_is_style() -> None:
    text = "from __future__ import annotations\n\n\ndef f(x: Unknown) -> Other:\n    return missing\n"
    report = await validate_file(file_path="models.py", content=text)
    assert [(f.line, f.column, f.severity) for f in report.findings] == [(5, 12, "P1"), (4, 10, "P3"), (4, 22, "P3")]
    quoted = 'def f(x: "Unknown", y: Other) -> None:\n    """Two."""\n'
    report = await validate_file(file_path="models.py", content=quoted)
    assert [(f.column, f.severity) for f in report.findings] == [(24, "P1"), (11, "P3")]


@pytest.mark.parametrize("path", ["", "  ", "/no/such/file.py", "a\0b.py", "/" + "x" * 5000 + ".py", "/etc/passwd"])
async def test_a_path_that_cannot_be_used_is_refused(path: str) -> None:
    with pytest.raises(InvalidArgumentError):
        await validate_file(file_path=path)


async def test_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(InvalidArgumentError, match="folder"):
        await validate_file(file_path=str(tmp_path / "folder.py"))


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege there")
async def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").symlink_to(tmp_path / "b.py")
    (tmp_path / "b.py").symlink_to(tmp_path / "a.py")
    with pytest.raises(InvalidArgumentError, match="loop"):
        await validate_file(file_path=str(tmp_path / "a.py"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders there")
async def test_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    with anyio.fail_after(LONG), pytest.raises(InvalidArgumentError, match="regular"):
        await validate_file(file_path=str(tmp_path / "pipe.py"))


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege there")
async def test_a_path_outside_the_root_is_refused_also_through_a_link(tmp_path: Path) -> None:
    root = tmp_path / "pets_driver"
    root.mkdir()
    (tmp_path / "secret.py").write_text("x = 1\n")
    (root / "link.py").symlink_to(tmp_path / "secret.py")
    for path in ("../secret.py", str(tmp_path / "secret.py"), "link.py"):
        with pytest.raises(InvalidArgumentError, match="outside"):
            await validate_file(file_path=path, driver_root=str(root))


@pytest.mark.parametrize("root", ["", "/no/such/folder", "a\0b"])
async def test_a_root_that_is_no_folder_is_refused(root: str) -> None:
    with pytest.raises(InvalidArgumentError):
        await validate_file(file_path="client.py", content="x = 1\n", driver_root=root)


async def test_a_file_that_vanishes_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "client.py"
    path.write_text("x = 1\n")
    monkeypatch.setattr(os, "open", _vanish(path))
    with pytest.raises(InvalidArgumentError, match="does not exist"):
        await validate_file(file_path=str(path))


async def test_a_file_of_a_driver_is_judged_with_its_driver(driver: dict[str, str], tmp_path: Path) -> None:
    root = _write(driver, tmp_path / "pet_shop_driver")
    broken = driver["pet_shop_driver/__init__.py"].replace("    ServerError,\n", "    ShopServerError,\n", 1)
    report = await validate_file(file_path=str(root / "pet_shop_driver" / "__init__.py"), content=broken)
    found = next(f for f in report.findings if f.code == "import-unresolved")
    assert "`ShopServerError` is imported from exceptions.py, which defines: " in found.message
    assert "ServerError" in found.hint
    assert found.file == "pet_shop_driver/__init__.py"
    assert {f.file for f in report.findings} == {"pet_shop_driver/__init__.py"}


async def test_types_of_a_driver_are_judged_across_its_files(driver: dict[str, str], tmp_path: Path) -> None:
    root = _write(driver, tmp_path / "pet_shop_driver")
    path = root / "pet_shop_driver" / "client.py"
    path.write_text(driver["pet_shop_driver/client.py"].replace("self._transport.close()", "self._transport.shut()"))
    report = await validate_file(file_path=str(path))
    assert [(f.code, f.severity, f.file) for f in report.findings] == [
        ("missing-attribute", "P1", "pet_shop_driver/client.py")
    ]


async def test_driver_root_makes_relative_paths_and_cross_file_checks(driver: dict[str, str], tmp_path: Path) -> None:
    root = _write(driver, tmp_path / "somewhere")
    report = await validate_file(
        file_path="examples/new.py", content="from pet_shop_driver import Nothing\n", driver_root=str(root)
    )
    assert "import-unresolved-outside" in codes(report)


async def test_a_lone_client_is_judged_by_the_contract(driver: dict[str, str], tmp_path: Path) -> None:
    text = driver["pet_shop_driver/client.py"]
    assert (await validate_file(file_path="client.py", content=text)).ok
    report = await validate_file(
        file_path="client.py", content=text.replace("def list_objects", "async def list_objects")
    )
    assert codes(report) == {"contract-async-method"}


async def test_a_file_that_is_no_driver_is_not_judged_by_the_contract() -> None:
    text = "import requests\n\n\ndef read() -> list:\n    # TODO: more\n    raise NotImplementedError\n"
    assert codes(await validate_file(file_path="tool.py", content=text)) == {"F401"}


async def test_what_is_unsafe_in_a_driver_is_style_in_a_file_that_is_none(driver: dict[str, str]) -> None:
    text = "def run(text: str, names: list[str] = []) -> None:\n    exec(text)\n"
    report = await validate_file(file_path="tool.py", content=text)
    assert {(f.code, f.severity) for f in report.findings} == {("B006", "P3"), ("S102", "P3")}
    report = await validate_file(file_path="client.py", content=f"{driver['pet_shop_driver/client.py']}\n\n{text}")
    assert {(f.code, f.severity) for f in report.findings} == {("B006", "P2"), ("S102", "P2")}


async def test_other_files_are_parsed_too() -> None:
    assert codes(await validate_file(file_path="a.json", content="{")) == {"invalid-json"}
    assert codes(await validate_file(file_path="a.toml", content="[")) == {"invalid-toml"}
    assert codes(await validate_file(file_path="a.yaml", content="a: [")) == {"invalid-yaml"}
    assert codes(await validate_file(file_path="R.md", content="```python\nx =\n```\n")) == {"snippet-syntax"}


def _write(files: dict[str, str], root: Path) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def _vanish(path: Path) -> object:
    really = os.open

    def opened(target: object, flags: int, *rest: int, **more: int) -> int:
        if str(target) == str(path):
            path.unlink(missing_ok=True)
        return really(target, flags, *rest, **more)  # pyright: ignore[reportArgumentType]

    return opened
