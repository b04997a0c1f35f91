"""`validate_package` and `validate_folder`: a whole driver."""

import json
from pathlib import Path

import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.validation.package import validate_folder, validate_package


async def test_a_correct_driver_is_ok(driver: dict[str, str]) -> None:
    report = await validate_package(driver)
    assert report.ok
    assert {f.code for f in report.findings} == {"missing-record"}


async def test_the_same_from_a_folder(driver: dict[str, str], tmp_path: Path) -> None:
    for name, text in driver.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert await validate_folder(str(tmp_path)) == await validate_package(driver)


async def test_findings_of_ruff_carry_their_file(driver: dict[str, str]) -> None:
    driver["tests/test_client.py"] += "\nprint(nothing)\n"
    report = await validate_package(driver)
    assert [(f.code, f.file) for f in report.findings if f.severity == "P1"] == [("F821", "tests/test_client.py")]


async def test_a_file_that_does_not_parse_hides_no_fault_of_others(driver: dict[str, str]) -> None:
    driver["pet_shop_driver/exceptions.py"] = "class DriverError(\n"
    driver["pyproject.toml"] = "["
    found = {(f.code, f.file) for f in (await validate_package(driver)).findings if f.severity == "P0"}
    assert found == {("syntax-error", "pet_shop_driver/exceptions.py"), ("invalid-toml", "pyproject.toml")}


async def test_a_file_that_is_no_text_is_told_once(driver: dict[str, str]) -> None:
    driver["pet_shop_driver/types.py"] = "x = 1\0"
    report = await validate_package(driver)
    assert [(f.code, f.file) for f in report.findings if f.file == "pet_shop_driver/types.py"] == [
        ("nul-bytes", "pet_shop_driver/types.py")
    ]


async def test_an_empty_folder_and_no_files_lack_everything(tmp_path: Path) -> None:
    for report in (await validate_folder(str(tmp_path)), await validate_package({})):
        assert not report.ok
        assert "missing-module" in {f.code for f in report.findings}


async def test_findings_come_worst_first(driver: dict[str, str]) -> None:
    driver["pet_shop_driver/client.py"] = "import os\nimport requests\n" + driver["pet_shop_driver/client.py"][:-200]
    severities = [f.severity for f in (await validate_package(driver)).findings]
    assert severities == sorted(severities)


@pytest.mark.parametrize("path", ["/etc/x.py", "../x.py", "a/../../x.py", "a\\b.py", "C:/x.py", "", "a\0b.py"])
async def test_a_path_outside_the_folder_is_refused(path: str) -> None:
    with pytest.raises(InvalidArgumentError):
        await validate_package({path: "x = 1\n"})


async def test_too_many_files_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="401"):
        await validate_package({f"f{n}.py": "" for n in range(401)})


async def test_a_folder_with_a_heavy_file_is_judged_in_a_child(driver: dict[str, str]) -> None:
    driver["pet_shop_driver/data.py"] = "DATA = [\n" + "    'some text',\n" * 10_000 + "]\n"
    report = await validate_package(driver)
    assert report.ok
    driver["pet_shop_driver/types.py"] += "from .nothing import X\n"
    assert "import-unresolved" in {f.code for f in (await validate_package(driver)).findings}


async def test_hidden_folders_caches_and_links_are_not_read(driver: dict[str, str], tmp_path: Path) -> None:
    for name, text in driver.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for folder in (".venv", "__pycache__", "build"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "broken.py").write_text("(")
    assert (await validate_folder(str(tmp_path))).ok


async def test_the_profile_of_a_large_api_is_checked_like_any_other(driver: dict[str, str], tmp_path: Path) -> None:
    profile = json.loads(driver["profile.json"])
    driver["profile.json"] = json.dumps({**profile, "notes": ["x" * 100] * 30_000})
    assert len(driver["profile.json"]) > 3_000_000
    report = await validate_package(driver)
    assert report.ok, report.findings
    for name, text in driver.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert await validate_folder(str(tmp_path)) == report


@pytest.mark.parametrize("name", ["Api Key", "{{ key }}", "x" * 300])
async def test_a_key_is_sent_whatever_its_parameter_is_called(driver: dict[str, str], name: str) -> None:
    for path in ("profile.json", "pet_shop_driver/client.py"):
        assert "X-API-Key" in driver[path]
        driver[path] = driver[path].replace("X-API-Key", name)
    assert "auth-not-sent" not in {f.code for f in (await validate_package(driver)).findings}
