"""What type checkers accept and refuse of a driver and of the engine, as somebody's own project uses both.

The project is the folder `project`: files of right use, and files in which every line that is to be refused ends in
`# refused`. The driver beside them is made anew, by templates, from the description there.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest
from driversmith.engine import generate_driver_supervised
from driversmith.engine.settings import Settings

from ..patience import LONG

PROJECT = Path(__file__).parent / "project"
MARK = "  # refused"
CHECKERS = {
    "pyright": ["pyright", "--pythonpath", sys.executable],
    "mypy": ["mypy"],
    "ty": ["ty", "check", "--python", sys.prefix, "--output-format", "concise"],
}
"""Module of a checker and its arguments; how strict it is stands in its own file in the project."""
COMPLAINT = re.compile(r"^\s*(?P<file>.+\.py):(?P<line>\d+)(?::\d+)?(?::| -) error\b", re.MULTILINE)

Lines = dict[str, set[int]]
"""Name of a file -> numbers of lines."""


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its driver."""
    folder = tmp_path_factory.mktemp("typing")
    project = Path(shutil.copytree(PROJECT, folder / "project"))

    async def make() -> None:
        result = await generate_driver_supervised(
            api_name="Parcels",
            api_url="https://parcels.example",
            spec=str(project / "parcels.json"),
            output_dir=str(project),
            engine="template",
            live="false",
            settings=Settings(home=folder / "home"),
        )
        assert result.success, result.error

    anyio.run(make)
    return project


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_checker_refuses_what_is_marked_and_nothing_else(checker: str, project: Path) -> None:
    assert complaints(CHECKERS[checker], project) == marked(project)


OWN = '''
    def parcels(self, *, limit: int | None = None) -> list[Record]:
        """All parcels, or the first `limit`."""
        return self.read("parcels", limit=limit)

    def lost(self) -> list[Record]:
        found = self.read("parcels", state="lost")
        found.sort(key=lambda record: record["id"])
        return found

    def by_name(self, name: str) -> Record:
        return {record["id"]: record for record in self.read(name)}
'''


@pytest.mark.parametrize("checker", CHECKERS)
def test_own_methods_give_plain_records_and_stay_in_sight(checker: str, project: Path, tmp_path: Path) -> None:
    shutil.copytree(project / "parcels_driver", tmp_path, dirs_exist_ok=True)
    client = tmp_path / "parcels_driver" / "client.py"
    before = "from ._transport import Transport\n"
    text = client.read_text("utf-8")
    assert before in text
    client.write_text(text.replace(before, f"{before}from .types import Record\n") + OWN)
    (tmp_path / "use.py").write_text(
        "from parcels_driver import ParcelsDriver\n"
        "lost = ParcelsDriver().lost()\n"
        "lost[0]['id']\n"
        "ParcelsDriver().parcel()\n"
        "ParcelsDriver().read('parcels')[0]['gram']\n"
    )
    shutil.rmtree(tmp_path / "tests")
    shutil.rmtree(tmp_path / "examples")
    found = complaints([*CHECKERS[checker], "use.py", str(client)], tmp_path)
    assert {name: lines for name, lines in found.items() if name in ("use.py", client.name)} == {"use.py": {4, 5}}


def test_pyright_finds_nothing_in_the_driver_itself(project: Path) -> None:
    (project / "parcels_driver" / "pyrightconfig.json").write_text('{"typeCheckingMode": "basic"}')
    assert complaints(CHECKERS["pyright"], project / "parcels_driver") == {}


def complaints(command: Sequence[str], folder: Path) -> Lines:
    """The lines that a checker calls an error."""
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert ran.returncode in {0, 1}, ran
    found: Lines = {}
    for match in COMPLAINT.finditer(ran.stdout):
        found.setdefault(Path(match["file"]).name, set()).add(int(match["line"]))
    assert bool(found) == bool(ran.returncode), ran
    return found


def marked(folder: Path) -> Lines:
    """The lines that are to be refused."""
    found: Lines = {}
    for path in folder.glob("*.py"):
        numbers = {n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if line.endswith(MARK)}
        if numbers:
            found[path.name] = numbers
    assert set(found) == {"driver_refused.py", "engine_refused.py"}
    return found
