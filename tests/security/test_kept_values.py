"""Values of an API go from the database, and from whatever SQLite keeps beside it, once they were shown."""

from pathlib import Path

from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.session import GenerateRequest, SupervisedResult

VALUE = "Qz7vRecordValue91kLm"


def _stands_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if VALUE.encode() in path.read_bytes()]


async def test_nothing_of_a_preview_is_left_once_it_was_delivered(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "driversmith.db") as journal:
        request = GenerateRequest(api_name="Ships", api_url="https://ships.example", output_dir="/x")
        session, _ = await journal.create_session(request, key="k", project_path="/x/ships_driver")
        epoch = await journal.claim(session.session_id, this_process(), lease_seconds=60)
        assert epoch is not None
        for number in range(20):
            records = [{"name": f"{VALUE} {number}", "more": "x" * 3000}]
            await journal.store_step(
                session.session_id, epoch, f"live/{number}", {"object_name": "ships", "records": list(records)}
            )
        result = SupervisedResult(
            session_id=session.session_id, status="succeeded", success=True, preview={"ships": [{"name": VALUE}]}
        )
        await journal.release(session.session_id, epoch, "succeeded", result)
        assert _stands_in(tmp_path)
        await journal.mark_delivered(session.session_id)
        assert _stands_in(tmp_path) == []
