"""A file comes out of a model's answer exactly, or a finding says why not."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from driversmith.engine.guards.files.extraction import Extracted, extract_file
from driversmith.engine.models.findings import Finding

from ..bad_answers import PATHS, bad_answers

ANSWERS = Path(__file__).parent / "answers"
CLIENT = "tide_driver/client.py"


@dataclass(frozen=True)
class Case:
    name: str
    why: str
    path: str
    stop_reason: str | None = None
    expects: str | None = None
    code: str | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def answer(self) -> str:
        return (ANSWERS / f"{self.name}.txt").read_bytes().decode()


CASES = [Case(**row) for row in tomllib.loads((ANSWERS / "cases.toml").read_text("utf-8"))["answer"]]


def expected(name: str) -> str:
    return (ANSWERS / f"expected_{name}.txt").read_bytes().decode()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer(case: Case) -> None:
    found = extract_file(case.answer, path=case.path, stop_reason=case.stop_reason)
    if case.code:
        assert isinstance(found, Finding), found
        assert (found.code, found.severity, found.file) == (case.code, "P0", case.path)
        assert found.message
        assert found.hint
    else:
        assert isinstance(found, Extracted), found
        assert found.text == (case.answer if case.expects == "as_is" else expected(str(case.expects)))
        assert found.how or case.name.startswith("raw")


SHORT = "import os\n\n\nclass TideDriver:\n    pass\n"


@pytest.mark.parametrize(
    ("answer", "path", "text"),
    [
        ('"""Tide driver."""\n', "tide_driver/__init__.py", '"""Tide driver."""\n'),
        (f"{SHORT}\nDone\n", CLIENT, SHORT),
        (f"### client.py\n\n{SHORT}", CLIENT, SHORT),
        (f"# Copyright\n{SHORT}", CLIENT, f"# Copyright\n{SHORT}"),
        (f"{SHORT}\n## Usage\n\n```python\nTideDriver()\n```\n", CLIENT, SHORT),
        (f"{SHORT}```\n\nUse it:\n\n```python\nTideDriver()\n```\n", CLIENT, SHORT),
        (f"```\n```python\n{SHORT}```\n```\n", CLIENT, SHORT),
        (f"```python\n{SHORT}```\n\nOnce more:\n\n```python\n{SHORT}```\n", CLIENT, SHORT),
        (f"Imports `exceptions.py` and `types.py`:\n\n```python\n{SHORT}```\n", CLIENT, SHORT),
        (f"Install it:\n```bash\npip install .\n```\nThe file:\n```python\n{SHORT}```\n", CLIENT, SHORT),
        (f"Here\u2019s the \u201cclient\u201d:\n```python\n{SHORT}```", CLIENT, SHORT),
        (SHORT.replace("\n", "\r\n"), CLIENT, SHORT),
        ('```python\nx = "hello\u201d\ny = 1\n```', CLIENT, 'x = "hello"\ny = 1\n'),
        (
            '```python\ndef f(p):\n    return f"{p[\u2018id\u2019]} \u201cok\u201d"\n```',
            CLIENT,
            "def f(p):\n    return f\"{p['id']} \u201cok\u201d\"\n",
        ),
        ("main()\n", "examples/run.py", "main()\n"),
        ('A = """\n<file path="b.py">\nx\n</file>\n"""\n', CLIENT, 'A = """\n<file path="b.py">\nx\n</file>\n"""\n'),
        ("````markdown\n# T\n\n```\na\n```\n````\n", "README.md", "# T\n\n```\na\n```\n"),
        ("```markdown\n# T\n\n```bash\na\n```\n", "README.md", "# T\n\n```bash\na\n```\n"),
        ("```markdown\n# T\n## I\n```\na\n```\nb\n```\n", "README.md", "# T\n## I\n```\na\n```\nb\n"),
        ("```markdown\n# T\n\nText.\n```\n\nInstall:\n\n```bash\npip install .\n```\n", "README.md", "# T\n\nText.\n"),
        ('{"path": "x", "content": "b"}', "data.json", '{"path": "x", "content": "b"}\n'),
        ("", "tide_driver/py.typed", ""),
        ("[project]\nname = 'x'\n```\n\nThat is all.\n", "pyproject.toml", "[project]\nname = 'x'\n"),
    ],
)
def test_a_small_answer(answer: str, path: str, text: str) -> None:
    found = extract_file(answer, path=path, stop_reason="end_turn")
    assert isinstance(found, Extracted), found
    assert found.text == text


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("Done", "answer-no-file"),
        ("Note: done", "answer-no-file"),
        ("  \n", "answer-empty"),
        ("```python\n```\n", "answer-no-file"),
        ("Run:\n\n```bash\npip install tide\n```\n", "answer-no-file"),
        ("Use it:\n\n```python\nfrom tide_driver import TideDriver\n\nTideDriver().read('a')\n```\n", "answer-no-file"),
        ("<<<<<<< SEARCH\nimport re\n=======\nimport os\n>>>>>>> REPLACE\n", "answer-is-diff"),
        ("import os\0\n", "answer-not-text"),
        ("\x89PNG\r\n\x1a\n", "answer-not-text"),
        ("import os\ud800", "answer-not-text"),
        ('{"tide_driver/client.py": "x = \\ud800"}', "answer-not-text"),
        ("x = 1\n" * 1_800_000, "answer-too-large"),
        ('{"tide_driver/types.py": "x = 1"}', "answer-other-file"),
    ],
)
def test_no_file_is_made_up(answer: str, code: str) -> None:
    found = extract_file(answer, path=CLIENT, stop_reason="end_turn")
    assert isinstance(found, Finding), found
    assert found.code == code


@pytest.mark.parametrize(
    ("stop_reason", "code"),
    [
        ("refusal", "answer-refused"),
        ("tool_use", "answer-unfinished"),
        ("model_context_window_exceeded", "answer-truncated"),
    ],
)
def test_a_stop_reason_that_is_no_end(stop_reason: str, code: str) -> None:
    found = extract_file(SHORT, path=CLIENT, stop_reason=stop_reason)
    assert isinstance(found, Finding)
    assert found.code == code


@pytest.mark.parametrize("answer", bad_answers(20), ids=range(len(bad_answers(20))))
@pytest.mark.parametrize("path", PATHS)
def test_bad_input_ends_in_a_file_or_a_finding(answer: str, path: str) -> None:
    found = extract_file(answer, path=path, stop_reason="end_turn")
    assert isinstance(found, Extracted | Finding)
