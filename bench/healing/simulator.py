"""A simulated model behind the real Messages protocol: it knows the right files, and errs and mends by the odds.

It knows a session only by what stands in its requests: the API's name in the prefix, and the Task line.
"""

import sys
from pathlib import Path
from typing import Any

import anyio

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.stand_ins.messages_api import StandInMessages
from tests.stand_ins.messages_script import FAULTS, Answer, Asked, Reply, rate_limited

from .apis import Api
from .chance import Chance, Course, Fault, is_precise
from .library import Library
from .subjects import Subject, marked, session_in, slug_of
from .watched_cache import WatchedCache

_RETRY_AFTER = 0.02
"""Seconds; what a server asks for is scaled down like every wait of the bench."""
_OTHER_CAUSES = (
    ("logic", "record_path", "The records stand elsewhere in the answer.", "Read the records from another key."),
    ("logic", "pagination_loops", "Reading the pages never ends.", "Stop when a page comes twice."),
    ("formatting", "fence_or_prose", "There is prose around the file.", "Answer with the file alone."),
)


class Simulator:
    """Answers requests; `api` is the endpoint, `courses` what became of each session."""

    def __init__(self, libraries: dict[str, tuple[Subject, Library]], chance: Chance, *, seconds: float = 0.0) -> None:
        self.courses: dict[int, Course] = {}
        self.cache = WatchedCache()
        self.api = StandInMessages(self._reply, cache=self.cache, keeps_requests=False)
        self._libraries = libraries
        self._slugs = tuple(libraries)
        self._chance = chance
        self._seconds = seconds

    def course(self, session: int) -> Course:
        """A session, whose number says which API it is for."""
        if session not in self.courses:
            self.courses[session] = Course(session, slug_of(session, self._slugs))
        return self.courses[session]

    async def _reply(self, asked: Asked) -> Answer:
        session = session_in(asked.text)
        if session is None:
            raise ValueError("the request names no session")
        course = self.course(session)
        if fault := self._trouble(course, asked):
            return fault
        if self._seconds:
            await anyio.sleep(self._seconds)
        return await self._answer(course, asked)

    def _trouble(self, course: Course, asked: Asked) -> Answer | None:
        """A fault of transport, in a burst: the nth sending of the same request is in it, or it is over."""
        odds, about = self._chance.odds, _about(asked)
        sent = course.sent[about] = course.sent.get(about, 0) + 1
        dice = self._chance.dice("transport", course.number, marked(about, 0))
        length = dice.randint(1, odds.longest_burst) if dice.random() < odds.burst_starts else 0
        if sent > length:
            return None
        kind = dice.choices(odds.transport_kinds, k=odds.longest_burst)[sent - 1]
        return rate_limited(_RETRY_AFTER) if kind == "rate_limited" else FAULTS[kind]

    async def _answer(self, course: Course, asked: Asked) -> Answer:
        task = asked.task
        if task.path == "facts.json":  # of the author, or of the model for diagnoses where a read stays wrong
            api = self._libraries[course.api][0].api
            return {"corrections": corrections(self._chance, course, api, f"{task.role} {task.try_number}")}
        if task.role == "diagnose":
            return self._diagnosis(course, asked)
        if task.mode == "simplify":
            return self._slots(course, asked)
        return await self._file(course, asked)

    def _slots(self, course: Course, asked: Asked) -> Answer:
        """What the templates leave open: words alone, a record path that is wrong, or no JSON."""
        odds, task, api = self._chance.odds, asked.task, self._libraries[course.api][0].api
        drawn = self._chance.dice("simplify", course.number, task.attempt, task.try_number).random()
        if drawn < odds.simplify_right:
            return {"readme_intro": f"Reads {', '.join(api.collections)}.", "readme_notes": [f"Here {api.quirk}."]}
        if drawn < odds.simplify_right + odds.simplify_wrong:
            return {"objects": [{"object": next(iter(api.collections)), "record_path": ["data", "records"]}]}
        return Reply("The slots are hard to say in JSON.")

    async def _file(self, course: Course, asked: Asked) -> Reply:
        """The answer for a file; the same for a request that is sent again."""
        about = _about(asked)
        async with course.turn:
            if about not in course.answered:
                course.answered[about] = await self._written(course, asked)
        text, stop_reason = course.answered[about]
        return Reply(marked(text, course.number), stop_reason=stop_reason)

    async def _written(self, course: Course, asked: Asked) -> tuple[str, str]:
        task = asked.task
        subject, library = self._libraries[course.api]
        path, said = marked(task.path, 0), marked(asked.last_text, 0)
        planned = await self._chance.first_answers(course, task.attempt, library, said)
        place = (task.attempt, path)
        if task.try_number == 1 and task.role == "generate":
            if planned is None or planned.written.path != path:
                return subject.right[path], "end_turn"
            course.standing[place] = Fault(planned)
            written = planned.written
        elif place not in course.standing:
            return subject.right[path], "end_turn"
        else:
            described = all(path in asked.text for path in subject.api.paths)
            fault = course.standing[place]
            written = await self._chance.repaired(course, task.attempt, fault, library, said, described=described)
            if written is None:
                del course.standing[place]
                return subject.right[path], "end_turn"
        return written.text, written.stop_reason

    def _diagnosis(self, course: Course, asked: Asked) -> Answer:
        """The cause that the material shows, another one, or no answer of use."""
        odds, said = self._chance.odds, marked(asked.text, 0)
        dice = self._chance.dice("diagnosis", course.number, asked.task.attempt)
        drawn = dice.random()
        known = [
            fault.judged
            for (attempt, _), fault in course.standing.items()
            if attempt == asked.task.attempt and is_precise(fault.judged, said, odds)
        ]
        if drawn < odds.diagnosis_right and known:
            sign = next((sign for sign in known[0].signs if sign in said), known[0].written.fault)
            return _opinion(
                "logic",
                "unknown",
                f"In {known[0].written.path}: {sign}",
                f"In {known[0].written.path}, mind: {sign}",
                0.8,
            )
        if drawn < odds.diagnosis_right + odds.diagnosis_wrong:
            error_type, kind, cause, words = dice.choice(_OTHER_CAUSES)
            return _opinion(error_type, kind, cause, words, 0.5)
        return Reply("I believe that it is the transport, though it might be anything.")


def corrections(chance: Chance, course: Course, api: Api, asked: str) -> list[dict[str, Any]]:
    """What an answer about facts says: the true correction, none, or one that is made up; `asked` tells it from others."""
    dice = chance.dice("facts", course.number, asked)
    drawn = dice.random()
    if drawn < chance.odds.facts_right:
        return [{**api.fact, "because": f"In this API {api.quirk}."}] if api.fact else []
    if drawn >= chance.odds.facts_right + chance.odds.facts_wrong:
        return []
    name = next(iter(api.collections))
    made_up = [
        {"fact": f"/objects/{name}/records", "value": {"record_path": ["data", "records"], "shape": "list"}},
        {"fact": f"/objects/{name}/pagination", "value": {"style": "none"}},
        {"fact": "/base_path", "value": "/api/v2"},
    ]
    return [{**dice.choice(made_up), "because": "APIs of this kind do so."}]


def _about(asked: Asked) -> str:
    """What a request is for: the same for one that is sent again."""
    task = asked.task
    return f"{task.role} {task.path} {task.attempt} {task.try_number} {task.mode}"


def _opinion(error_type: str, kind: str, cause: str, words: str, confidence: float) -> dict[str, Any]:
    return {
        "error_type": error_type,
        "fault_kind": kind,
        "root_cause": cause,
        "fix_strategy": "prompt_adjustment",
        "prompt_modification": words,
        "confidence": confidence,
    }
