"""What only the SQLite journal can get wrong: files, processes, disks."""

import gzip
import os
import sqlite3
import threading
from pathlib import Path

import anyio
import pytest
from driversmith.engine.errors import JournalError
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.migrations import APPLICATION_ID, SCHEMA
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.models.session import GenerateRequest


def tree(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


async def refusal(path: Path) -> JournalError:
    with pytest.raises(JournalError) as refused:
        async with open_journal(path):
            pass
    assert str(path) in refused.value.message
    assert refused.value.next_action
    return refused.value


async def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    assert "folder" in (await refusal(tmp_path)).message


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"my only copy of the novel")
    assert "not a driversmith database" in (await refusal(path)).message
    assert path.read_bytes() == b"my only copy of the novel"
    assert tree(tmp_path) == [path]


async def test_a_damaged_database_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with open_journal(path):
        pass
    path.write_bytes(path.read_bytes()[:100] + b"\x99" * 5000)
    await refusal(path)


async def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with open_journal(path):
        pass
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = path.read_bytes()
    assert "newer version" in (await refusal(path)).message
    assert path.read_bytes() == before


async def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url)")
    other.close()
    before = path.read_bytes()
    assert "another program" in (await refusal(path)).message
    assert path.read_bytes() == before


async def test_a_file_where_a_folder_has_to_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    await refusal(tmp_path / "home" / "journal.db")


async def test_a_file_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.db"
    async with open_journal(path):
        pass
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "read-only" in (await refusal(path)).message


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
async def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.db"
    async with open_journal(path):
        assert path.stat().st_mode & 0o077 == 0


async def test_a_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal.db") as journal:
        request = GenerateRequest(api_name="x", api_url="https://x.example", output_dir="/d")
        record, _ = await journal.create_session(request, key="k", project_path="/d/x")
        epoch = await journal.claim(record.session_id, this_process(), lease_seconds=30)
        assert epoch
        await limit_pages(journal, 60)
        with pytest.raises(JournalError, match="no room left") as full:
            await journal.store_step(record.session_id, epoch, "big", "x" * 1_000_000)
        assert "disk space" in full.value.next_action
        await limit_pages(journal, 10_000)
        await journal.store_step(record.session_id, epoch, "big", "x" * 1_000_000)


async def limit_pages(journal: object, pages: int) -> None:
    """Make the database 'full' at this many pages, on the connection that writes."""
    connection = journal._writer._connection  # type: ignore[attr-defined]
    await connection.execute_fetchall(f"PRAGMA max_page_count = {pages}")


async def test_a_write_that_fails_does_not_take_its_neighbours_down(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal.db") as journal:
        request = GenerateRequest(api_name="x", api_url="https://x.example", output_dir="/d")
        record, _ = await journal.create_session(request, key="k", project_path="/d/x")
        epoch = await journal.claim(record.session_id, this_process(), lease_seconds=30) or 0
        failed: list[Exception] = []

        async def bad() -> None:
            try:
                await journal.append_event(record.session_id, epoch, "x", "y", progress=0.1, level=object())  # type: ignore[arg-type]
            except Exception as error:
                failed.append(error)

        async with anyio.create_task_group() as tasks:
            for number in range(10):
                tasks.start_soon(journal.store_step, record.session_id, epoch, str(number), number)
                tasks.start_soon(bad)
        assert len(failed) == 10
        for number in range(10):
            assert await journal.step_result(record.session_id, str(number)) == number


async def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first = (SCHEMA / "0001_sessions.sql").read_text("utf-8")
    with sqlite3.connect(path) as old:
        old.executescript(f"{first} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;")
        old.execute(
            "INSERT INTO diagnostics (token, api_name, attempt, at, fingerprint, error_type, fix_strategy, source,"
            " diagnosis, latency_seconds) VALUES ('t', 'Pets', 1, '2026-11-01T00:00:00.000Z', 'f', 'api', 'abort',"
            " 'rules', '{}', 0.1)"
        )
    old.close()
    async with open_journal(path) as journal:
        (kept,) = (await journal.diagnostics()).items
    assert (kept.api_name, kept.findings) == ("Pets", ())


async def test_an_exception_in_the_block_leaves_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with open_journal(tmp_path / "journal.db"):
            raise KeyError("mine")


async def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal.db") as journal:
        pass
    with pytest.raises(JournalError, match="closed"):
        await journal.count("x")
    with pytest.raises(JournalError, match="closed"):
        await journal.metrics()


async def test_closing_under_cancellation_writes_what_is_waiting(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with anyio.CancelScope() as scope:
        async with open_journal(path) as journal, anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(journal.count, "x")
            await anyio.lowlevel.checkpoint()
            scope.cancel()
    with sqlite3.connect(path) as reopened:
        assert reopened.execute("SELECT sum(amount) FROM counts").fetchone() == (20,)
    reopened.close()


def test_opening_that_is_cancelled_half_way_ends(tmp_path: Path) -> None:
    async def open_while_cancelled() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            async with open_journal(tmp_path / "journal.db"):
                raise AssertionError("a cancelled opening must not get this far")

    opening = threading.Thread(target=anyio.run, args=(open_while_cancelled,), daemon=True)
    opening.start()
    opening.join(10)
    assert not opening.is_alive()


async def test_sessions_of_an_earlier_version_are_the_local_users(tmp_path: Path) -> None:
    for packed in sorted((Path(__file__).parents[3] / "fixtures").glob("*/driversmith.db.gz")):
        path = tmp_path / f"{packed.parent.name}.db"
        path.write_bytes(gzip.decompress(packed.read_bytes()))
        async with open_journal(path) as journal:
            everybodys = (await journal.sessions()).items
            assert everybodys and {record.principal for record in everybodys} == {LOCAL}
            assert (await journal.sessions(principal=LOCAL)).items == everybodys
            assert await journal.diagnostics(principal=LOCAL) == await journal.diagnostics()
            assert await journal.metrics(principal=LOCAL) == await journal.metrics()
            assert (await journal.sessions(principal=Principal.of_token("alice"))).items == []
