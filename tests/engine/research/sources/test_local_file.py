"""Descriptions in local files."""

import os
from pathlib import Path

import pytest
from driversmith.engine.errors import DriversmithError, InvalidArgumentError
from driversmith.engine.research.sources.local_file import read_local


async def test_a_file_is_read_and_known_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "my api.yaml"
    path.write_bytes(b"openapi: 3.0.0")
    assert await read_local(str(path), max_bytes=100) == ("my api.yaml", b"openapi: 3.0.0")


@pytest.mark.parametrize("spec", ["openapi.json", "./x.json", "~/x.json", "ftp://a.test/x.json", "", "/x\x00.json"])
async def test_only_absolute_paths_are_read(spec: str) -> None:
    with pytest.raises(InvalidArgumentError, match="absolute path"):
        await read_local(spec, max_bytes=100)


async def test_what_is_no_description_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "big.json").write_bytes(b"x" * 200)
    (tmp_path / "secrets.txt").write_text("x")
    for name, code, words in [
        ("folder.json", "invalid_argument", "is a folder"),
        ("missing.json", "description_not_found", "There is no file"),
        ("big.json", "description_too_large", "200 bytes"),
        ("secrets.txt", "invalid_argument", "does not end in .json"),
    ]:
        with pytest.raises(DriversmithError, match=words) as caught:
            await read_local(str(tmp_path / name), max_bytes=100)
        assert caught.value.code == code


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
async def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(InvalidArgumentError, match="no regular file"):
        await read_local(str(tmp_path / "pipe.json"), max_bytes=100)
