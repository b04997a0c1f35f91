"""An author describes an API that nobody describes: asked with the pages of its documentation, a piece of them at a time.

Each answer is judged under a name of its own, so that a resumed session neither asks nor reads twice; what no page says and
the API does not answer never reaches the facts.
"""

import anyio.to_thread

from ..authoring.description_request import DescriptionRequest
from ..errors import ResearchError
from ..journal.step_names import DESCRIPTION_ASKED, DOCUMENTATION, description_judged_step
from ..models.documentation import DESCRIPTION, Documentation, JudgedDescription
from ..models.profile import ApiProfile
from ..models.prose import Researched
from ..network.asking import Page
from .context import SessionContext
from .live.live_budget import LiveBudget
from .progress import AttemptProgress
from .state import RunState

MOST_TRIES = 2
"""For one piece of several."""


class DescriptionRound:
    """The description of one session, as one of its attempts comes to it."""

    def __init__(self, session: SessionContext, progress: AttemptProgress, state: RunState, number: int) -> None:
        self._session = session
        self._progress = progress
        self._state = state
        self._number = number
        self.pages: dict[str, Page] = {}
        """What came back from where while research looked for a description: not fetched again for an author."""

    async def has_begun(self) -> bool:
        """Whether research came to its end before, and an author was to be asked."""
        return await self._session.steps.stored(DOCUMENTATION) is not None

    def may_help(self, missing: ResearchError) -> bool:
        """Whether an author may be asked where research found nothing."""
        return self._may_ask and missing.code == "description_not_found"

    def may_complete(self, profile: ApiProfile) -> bool:
        """Whether an author may be asked where research found half."""
        from ..research.pages.find import is_half

        return self._may_ask and is_half(profile)

    async def settle(self, missing: ResearchError | None = None) -> Researched:
        """Ask, unless that was done; the profile of what is proven. `missing` says why there is no description.

        Raises:
            ResearchError: nothing of it is proven.
            ModelError, Suspended, and whatever else asking raises.
        """
        session = self._session
        documentation = await self._progress.step(
            DOCUMENTATION, "Reading pages of documentation", Documentation, self._pages, until=None
        )
        may_prove = bool(documentation.pages) or session.request.live != "false"
        judged = await self._ask(documentation) if may_prove else []
        found = await session.activities.describe(judged, documentation, session.request)
        if found is None:
            raise self._nothing(judged, missing)
        return found

    @property
    def _may_ask(self) -> bool:
        return self._state.ask is not None and self._session.request.spec is None

    async def _pages(self) -> Documentation:
        budget = await LiveBudget(self._session.request, self._session.steps).take_up()
        return await self._session.activities.documentation(
            self._session.request, self._progress.tell, budget=budget, pages=self.pages
        )

    async def _ask(self, documentation: Documentation) -> list[JudgedDescription]:
        asked = await self._session.steps.stored(DESCRIPTION_ASKED)
        attempt = asked if isinstance(asked, int) else self._number
        request = await anyio.to_thread.run_sync(
            lambda: DescriptionRequest(documentation, api_name=self._session.request.api_name, attempt=attempt)
        )
        turns: list[JudgedDescription] = []
        tries = max(1, self._session.request.max_retries)
        for piece in range(request.pieces):
            before: JudgedDescription | None = None
            for _ in range(tries if request.pieces == 1 else min(tries, MOST_TRIES)):
                judged = await self._turn(len(turns) + 1, piece, before, request, documentation)
                if judged is None:  # it was over here
                    break
                turns.append(judged)
                if not judged.findings or (before is not None and judged.findings == before.findings):
                    break
                before = judged
        if asked is None:
            await self._session.steps.store(DESCRIPTION_ASKED, self._number)
        return turns

    async def _turn(
        self,
        turn: int,
        piece: int,
        before: JudgedDescription | None,
        request: DescriptionRequest,
        documentation: Documentation,
    ) -> JudgedDescription | None:
        steps, step = self._session.steps, description_judged_step(turn)
        stored = await steps.stored(step)
        if stored is not None:
            return JudgedDescription.model_validate(stored)
        if await steps.stored(DESCRIPTION_ASKED) is not None or self._state.ask is None:
            return None
        answer = await self._state.ask(request.compose(turn, piece, before))

        async def judge() -> JudgedDescription:
            budget = await LiveBudget(self._session.request, steps).take_up()
            return await self._session.activities.judge_description(
                answer.text, documentation, self._session.request, budget=budget
            )

        judged = await self._progress.step(step, f"Judging {DESCRIPTION}", JudgedDescription, judge, until=None)
        for finding in judged.findings:
            await self._session.log.write("fact.refused", finding.message, level="warning", data={"code": finding.code})
        await self._session.log.write(
            "description.judged",
            f"{DESCRIPTION}: {judged.outcome}.",
            data={"proven": len(judged.known), "dropped": len(judged.dropped), "unusable": judged.unusable},
        )
        return judged

    def _nothing(self, judged: list[JudgedDescription], missing: ResearchError | None) -> ResearchError:
        said = next((finding.message for turn in judged for finding in turn.findings), "")
        why = f"Nothing of {DESCRIPTION} could be proven{f': {said}' if said else '.'}"
        if missing is None:
            return ResearchError(why, next_action="Give the description itself as spec.")
        return ResearchError(f"{missing.message} {why}", code=missing.code, next_action=missing.next_action)
