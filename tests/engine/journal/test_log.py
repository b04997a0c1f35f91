"""The log of a session."""

from functools import partial

import anyio
from driversmith.engine.journal.log import SessionLog
from driversmith.engine.journal.ownership import this_process


async def test_parts_of_a_session_that_write_at_once_only_raise_its_progress(journal, asked) -> None:
    record, _ = await journal.create_session(asked(), key="k", project_path="/drivers/pets_driver")
    epoch = await journal.claim(record.session_id, this_process(), lease_seconds=100)
    log = SessionLog(
        journal=journal, session_id=record.session_id, epoch=epoch, redact=str, changed=set[str]().add, progress=0.1
    )
    async with anyio.create_task_group() as tasks:
        for progress in (0.5, 0.4, 0.6, 0.6):
            tasks.start_soon(partial(log.write, "step.progress", f"{progress:.0%}", progress=progress))
    events = await journal.events(record.session_id)
    assert [(e.message, e.progress) for e in events] == [("50%", 0.5), ("40%", None), ("60%", 0.6), ("60%", None)]
