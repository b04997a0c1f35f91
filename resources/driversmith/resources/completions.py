"""Completion of session ids in prompts and resource templates."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mcp_types import Completion, CompletionArgument

if TYPE_CHECKING:
    from driversmith.engine.journal.port import Journal

MOST = 100


class SessionIds:
    """Completes `session_id` from the newest sessions; `journal` gives the open journal."""

    def __init__(self, journal: "Callable[[], Journal]") -> None:
        self._journal = journal

    async def __call__(self, _ref: Any, argument: CompletionArgument, _context: Any) -> Completion | None:
        """Ids that begin as typed, newest first; None for other arguments."""
        if argument.name != "session_id":
            return None
        page = await self._journal().sessions(limit=MOST)
        found = [r.session_id for r in page.items if r.session_id.startswith(argument.value)]
        return Completion(values=found, total=len(found), has_more=False)
