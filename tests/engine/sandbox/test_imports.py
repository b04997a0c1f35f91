"""The static allow-list of imports."""

import pytest
from driversmith.engine.sandbox.imports import forbidden_imports


@pytest.mark.parametrize(
    "source",
    [
        "import json, re, httpx2",
        "from collections.abc import Iterator",
        "import urllib.parse",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from typing_extensions import TypeVar",
        "from urllib.parse import quote",
        "from urllib import parse",
        "from email.utils import parsedate_to_datetime",
        "from http import HTTPStatus",
        "from . import types\nfrom ._transport import Transport\nfrom .exceptions import DriverError",
        "import a_driver\nfrom a_driver.client import ADriver",
        "import os\nkey = os.environ.get('A') or os.getenv('B')",
        "import os as _os\nkey = _os.environ['A']",
        "import os as open\nkey = open.environ['A']",
        "from os import environ",
        "from importlib import resources\ntext = resources.files(__package__)",
        "import re\npattern = re.compile('x')",
        "class Build(TypedDict):\n    compile: Required[str]\n    open: NotRequired[bool]\n    exec: NotRequired[str]",
        "def builds(self, *, compile, open=False, eval=None):\n    return {'compile': compile, 'open': open, 'eval': eval}",
        "def builds(self, **params):\n    return self.read('builds', compile=True, exec='x', **params)",
        "def images(self, os):\n    return self.read('images', os=os.lower())\nimport os\nkey = os.environ['A']",
        "def hours(self):\n    for open, close in self.pairs():\n        yield [open for open in (open, close)]",
        "def hours(self):\n    open = self.read('hours')\n    return lambda eval: (open, eval, sum(x + open for x in eval))",
        "class Door:\n    def open(self):\n        return self.open()",
    ],
)
def test_what_drivers_need_is_allowed(source: str):
    assert forbidden_imports(source, "a_driver") == []


def test_tests_import_the_modules_of_the_package_beside_them():
    beside = frozenset({"a_driver", "unittest", "unittest.mock"})
    source = "from unittest import mock\nfrom a_driver.client import _retry_after\nimport a_driver._http"
    assert forbidden_imports(source, "tests", also=beside) == []
    assert forbidden_imports("import a_driver_of_another.client", "tests", also=beside) != []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import subprocess", [(1, "subprocess")]),
        ("text = open('/etc/passwd').read()", [(1, "open")]),
        ("x = 1\n\nimport socket, ctypes", [(3, "ctypes"), (3, "socket")]),
        ("def f():\n    from importlib import import_module", [(2, "importlib.import_module")]),
        ("import importlib.util", [(1, "importlib.util")]),
        ("import sys", [(1, "sys")]),
        ("import requests", [(1, "requests")]),
        ("import urllib.request", [(1, "urllib.request")]),
        ("from urllib import request", [(1, "urllib.request")]),
        ("from http import client", [(1, "http.client")]),
        ("from os import system", [(1, "os.system")]),
        ("from os import *", [(1, "os.*")]),
        ("import os.path", [(1, "os.path")]),
        ("import os\nos.system('x')", [(2, "os.system")]),
        ("import os\ngetattr(os, 'system')('x')", [(2, "os")]),
        ("import os as o\nx = o", [(2, "o")]),
        ("__import__('os')", [(1, "__import__")]),
        ("eval('1')", [(1, "eval")]),
        ("exec('1')", [(1, "exec")]),
        ("().__class__.__base__.__subclasses__()", [(1, "__subclasses__")]),
        ("f.__globals__['x']", [(1, "__globals__")]),
        ("import a_driver_other", [(1, "a_driver_other")]),
        ("compile('x', 'x', 'exec')", [(1, "compile")]),
        ("class Build:\n    compile: str\n    code = compile('x', 'x', 'exec')", [(3, "compile")]),
        (
            "class Build:\n    compile = 1\n    def run(self):\n        return compile('x', '', 'exec')",
            [(4, "compile")],
        ),
        ("if 0:\n    compile = 1\nrun = compile", [(3, "compile")]),
        ("def run(open):\n    global compile\n    compile = compile", [(3, "compile")]),
        ("def run(open):\n    class Out:\n        open = open", [(3, "open")]),
        ("def run(code, flags=eval('1')):\n    eval = code", [(1, "eval")]),
        ("@open\ndef run(open):\n    return open", [(1, "open")]),
        ("def run(x):\n    return [open for open in open('x')]", [(2, "open")]),
        ("def run(x):\n    y = [(lambda: (open := 1)) for _ in x]\n    return open", [(3, "open")]),
        ("def run(os):\n    import os\n    os.system('x')", [(3, "os.system")]),
        ("import os\ndef run(x):\n    def inner(os):\n        return os\n    return os.system", [(5, "os.system")]),
        (
            "def run(os):\n    def inner():\n        nonlocal os\n        os = 1\n    import os\n    return os.name",
            [(6, "os.name")],
        ),
        ("def outer(x):\n    import os\n    def run():\n        nonlocal os\n        os = os.popen", [(5, "os.popen")]),
        ("__builtins__ = {}", [(1, "__builtins__")]),
    ],
)
def test_what_reaches_for_the_machine_is_found_with_its_line(source: str, found: list[tuple[int, str]]):
    assert forbidden_imports(source, "a_driver") == found


def test_more_modules_can_be_allowed_for_tests():
    assert forbidden_imports("import unittest", "tests", also=frozenset({"unittest"})) == []


def test_what_is_not_python_is_a_syntax_error():
    with pytest.raises(SyntaxError):
        forbidden_imports("def f(:", "a_driver")
