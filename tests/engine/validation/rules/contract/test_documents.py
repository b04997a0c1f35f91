"""Files other than Python that were made to hold the validator up."""

import time

import pytest
from driversmith.engine.validation.inspection import inspect

MANY = 100_000


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("deep.yaml", "[" * MANY, "invalid-yaml"),
        ("deep.yaml", "{a: " * MANY, "invalid-yaml"),
        ("deep.toml", "a = " + "[" * MANY, "invalid-toml"),
        ("deep.json", "[" * MANY, "invalid-json"),
        ("long.yaml", "- a\n" * 300_000, "invalid-yaml"),
        ("long.toml", "a = 1\n" * 200_000, "invalid-toml"),
        ("README.md", "\n" * 500_000 + "`" * 500_000, ""),
        ("README.md", "```\n" + "\n" * 500_000 + "x" * 500_000, ""),
    ],
    ids=lambda value: value[:12],
)
def test_a_file_of_any_depth_and_length_is_judged_soon(path: str, text: str, code: str) -> None:
    started = time.process_time()
    found = inspect({path: text}, whole=True)
    assert time.process_time() - started < 10
    assert not code or code in {f.code for f in found if f.file == path}
