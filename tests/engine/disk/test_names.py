"""A name means the same on every platform."""

import pytest
from driversmith.engine.disk.names import is_portable


@pytest.mark.parametrize(
    "path", ["a.py", "pets_driver/client.py", "a/b/c", "console.py", "com10.py", "nullable.json", "é.md"]
)
def test_a_plain_path_is_portable(path: str) -> None:
    assert is_portable(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "/a",
        "a/",
        "a//b",
        "a/../b",
        "a\\b",
        "C:a",
        "a:b",
        "~a",
        "a?",
        "a*",
        "a|b",
        'a"',
        "a<b",
        "\0",
        "a\n",
        "con",
        "CON",
        "con.py",
        "con .py",
        "prn.x.y",
        "AUX/a.py",
        "nul",
        "com1",
        "LPT9.log",
        "com\u00b2",
        "CONOUT$",
        "clock$",
        *["a.", "a ", " a", "a./b", "a /b", "...", "a/ /b", "\u202ea", "a\u200bb", "x" * 256],
    ],
)
def test_what_a_platform_reads_otherwise_is_not(path: str) -> None:
    assert not is_portable(path)
