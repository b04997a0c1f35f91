"""A driver as one file is what its session published, and nothing that lies beside it by now."""

import io
import os
import zipfile
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from driversmith.engine.drivers import archive as archives
from driversmith.engine.drivers.archive import archive, zipped
from driversmith.engine.errors import InvalidArgumentError, OutputError, SessionNotFoundError
from driversmith.engine.journal.own import OwnJournal
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.opening import SqliteJournal, open_journal
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.models.session import GenerateRequest

from .test_publish import a_driver


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncGenerator[SqliteJournal]:
    async with open_journal(tmp_path / "journal.db") as opened:
        yield opened


async def _session(journal: SqliteJournal, project: Path, *files: DriverFile) -> str:
    request = GenerateRequest(api_name="Pets", api_url="https://pets.example", output_dir=str(project.parent))
    record, _ = await journal.create_session(request, key=project.name, project_path=str(project))
    epoch = await journal.claim(record.session_id, this_process(), lease_seconds=60)
    assert epoch is not None
    await journal.store_files(record.session_id, epoch, list(files))
    return record.session_id


def _unpacked(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode() for name in packed.namelist()}


async def test_it_holds_what_was_published_with_its_receipt_and_what_was_laid_beside(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    project = tmp_path / "drivers" / "pets_driver"
    beside = [DriverFile(path="proof.json", text="{}\n"), DriverFile(path="unrun/client.py", text="mine = 1\n")]
    draft = DriverFile(path="pkg/_left_out_since.py", text="old = 1\n")
    session = await _session(journal, project, *a_driver(), *beside, draft)
    found = await archive(OwnJournal(journal, LOCAL), session)
    assert found.name == "pets_driver.zip"
    unpacked = _unpacked(found.content)
    files = {f"pets_driver/{file.path}": file.text for file in (*a_driver(), *beside)}
    assert unpacked == files and list(unpacked) == sorted(unpacked)


async def test_neither_edits_nor_links_nor_other_files_of_the_folder_are_in_it(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    project = tmp_path / "drivers" / "pets_driver"
    session = await _session(journal, project, *a_driver())
    before = await archive(OwnJournal(journal, LOCAL), session)
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (project / "pkg").mkdir(parents=True)
    (project / ".env").write_text("KEY=secret")
    (project / "README.md").symlink_to(secret)
    os.link(secret, project / "pkg" / "client.py")
    assert await archive(OwnJournal(journal, LOCAL), session) == before


async def test_the_same_files_make_the_same_bytes() -> None:
    files = [("b.py", "b"), ("a.py", "a" * 5000), ("docs/ä.md", "ä")]
    assert zipped("x", files) == zipped("x", files[::-1])
    with zipfile.ZipFile(io.BytesIO(zipped("x", files))) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in packed.infolist()} == {0o100644}


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "C:/x", "a\\b", "NUL"])
def test_no_path_leads_out_of_the_folder(path: str) -> None:
    with pytest.raises(OutputError):
        zipped("x", [(path, "")])


async def test_anothers_session_one_without_a_driver_and_one_too_large_are_refused(
    journal: SqliteJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await _session(journal, tmp_path / "pets_driver", *a_driver())
    with pytest.raises(SessionNotFoundError):
        await archive(OwnJournal(journal, Principal.of_token("bob")), session)
    monkeypatch.setattr(archives, "MOST_BYTES", 20)
    with pytest.raises(InvalidArgumentError, match="more than"):
        await archive(OwnJournal(journal, LOCAL), session)
    empty = await _session(journal, tmp_path / "other", DriverFile(path="pkg/client.py", text="draft"))
    with pytest.raises(InvalidArgumentError, match="has no driver"):
        await archive(OwnJournal(journal, LOCAL), empty)
