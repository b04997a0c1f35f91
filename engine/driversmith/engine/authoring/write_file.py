"""`write_file`: a model is asked for one file until the file is right, or the tries are used up."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from anyio import to_thread

from ..errors import FileGenerationError
from ..guards.files.extraction import extract_file
from ..guards.fixers.fixing import fix
from ..llm.port import Ask, ModelAnswer
from ..llm.request import ModelRequest
from ..models.base import Value
from ..models.findings import Finding
from ..models.profile import ApiProfile
from ..models.report import BehaviourResult
from ..models.tries import FixRecord, OnTry, Tried, TryOutcome
from ..tracing import span, tell
from ..validation.blame import new_findings
from ..validation.package import validate_package
from ..validation.selection import findings_to_repair
from .telling import tell_behaviours, tell_findings

Reason = Literal["first", "rejected", "run", "package", "stuck", "truncated", "refused", "unusable"]
"""What became of the try before; `run` and `package`: the file was accepted, and the driver failed with it when it was
run, or when all its files were there."""
MAX_REFUSALS = 2


class Asking(Value):
    """What the next request for a file has to say."""

    path: str
    attempt: int
    try_number: int
    reason: Reason
    truncated: int = 0
    """How many answers were cut off so far: the next needs more room."""
    problem: str = ""
    """Why the last answer held no file."""
    findings: str = ""
    behaviours: str = ""
    text: str = ""
    """The file to mend, as it was checked; empty where it is to be written anew."""

    @property
    def role(self) -> Literal["generate", "repair"]:
        """`repair` where there is a file to mend."""
        return "repair" if self.text else "generate"


Known = Callable[[], Awaitable[Sequence[Finding]]]
Compose = Callable[[Asking], ModelRequest]
"""Puts a request into words; the same Asking gives the same request."""


class Faulty(Value):
    """A file that passed the guards and failed later: what to begin a repair with."""

    text: str
    findings: tuple[Finding, ...] = ()
    behaviours: tuple[BehaviourResult, ...] = ()


class WrittenFile(Value):
    """A file that passed."""

    text: str
    tries: int
    """Requests that it took."""
    fixes: tuple[FixRecord, ...] = ()


async def write_file(
    path: str,
    *,
    files: Mapping[str, str],
    profile: ApiProfile,
    ask: Ask,
    compose: Compose,
    attempt: int,
    tries: int,
    tried_before: int = 0,
    faulty: Faulty | None = None,
    rejected_before: frozenset[str] = frozenset(),
    known: Known | None = None,
    on_try: OnTry | None = None,
) -> WrittenFile:
    """The file at `path`, accepted by the validator among the other `files` of its driver (path -> text).

    `known` gives the findings in those files that it is not to blame for, when there is need to know them; any other in
    them is its fault. `faulty` makes the first request one for repair. `tried_before` is the number of the last try of
    this file in this attempt, and `rejected_before` holds texts of it that are known to be wrong though the validator
    passes them.

    Raises:
        FileGenerationError: it did not come right within `tries` tries (at least 1), the model refused twice, or it
            repeated itself even when it started afresh.
        ModelError, and whatever else `ask` raises: passed on; it is not a try.
    """
    failed = frozenset({faulty.text}) if faulty else frozenset[str]()
    writing = _Writing(path, files, profile, known, rejected_before | failed)
    asking = Asking(path=path, attempt=attempt, try_number=tried_before + 1, reason="first")
    if faulty is not None:
        asking = _repairing(asking, faulty.text, faulty.findings, {**files, path: faulty.text})
        reason = "run" if faulty.behaviours else "package"
        asking = asking.model_copy(update={"reason": reason, "behaviours": tell_behaviours(faulty.behaviours)})
    behaviours = asking.behaviours
    count = 0
    while True:
        count += 1
        with span("try", path=path, attempt=attempt, try_number=asking.try_number, role=asking.role) as current:
            answer = await ask(compose(asking))
            judged = await writing.judge(answer)
            tell(current, outcome=judged.outcome, findings=len(judged.findings), fixes=len(judged.fixes))
            if on_try is not None:
                await on_try(_tried(asking, judged))
        if judged.outcome == "accepted":
            return WrittenFile(text=judged.text, tries=count, fixes=judged.fixes)
        if count >= max(1, tries) or writing.is_hopeless:
            raise FileGenerationError(
                _failure(path, count, judged, writing),
                path=path,
                findings=judged.findings,
                tries=count,
                last_text=judged.text or answer.text,
                next_action='Look at the tries in the session\'s log, or use engine="template", which needs no model.',
            )
        asking = _next(asking, judged, {**files, path: judged.text}, behaviours)


class _Judged(Value):
    outcome: TryOutcome
    text: str = ""
    """The file, after what was mended; empty where the answer holds none."""
    findings: tuple[Finding, ...] = ()
    fixes: tuple[FixRecord, ...] = ()
    how: tuple[str, ...] = ()


class _Writing:
    """The answers to the requests for one file, each judged in the light of those before."""

    def __init__(
        self,
        path: str,
        files: Mapping[str, str],
        profile: ApiProfile,
        known: Known | None,
        rejected: frozenset[str],
    ) -> None:
        self._path = path
        self._files = files
        self._profile = profile
        self._known = known
        self._rejected = rejected
        self._seen: set[str] = set()
        self.stuck = 0
        self.refusals = 0

    @property
    def is_hopeless(self) -> bool:
        """Whether a further request would only be answered as before."""
        return self.stuck > 1 or self.refusals >= MAX_REFUSALS

    async def judge(self, answer: ModelAnswer) -> _Judged:
        judged = await self._checked(answer)
        if judged.outcome == "refused":
            self.refusals += 1
        if judged.outcome not in ("accepted", "rejected", "unusable"):
            return judged
        digest = _digest(judged.text or answer.text, judged.findings)
        if digest in self._seen or judged.text in self._rejected:
            self.stuck += 1
            return judged.model_copy(update={"outcome": "stuck"})
        self._seen.add(digest)
        return judged

    async def _checked(self, answer: ModelAnswer) -> _Judged:
        found = await to_thread.run_sync(
            lambda: extract_file(answer.text, path=self._path, stop_reason=answer.stop_reason)
        )
        if isinstance(found, Finding):
            outcomes: dict[str, TryOutcome] = {"answer-truncated": "truncated", "answer-refused": "refused"}
            return _Judged(outcome=outcomes.get(found.code, "unusable"), findings=(found,))
        files = {**self._files, self._path: found.text}
        report = await validate_package(files, profile=self._profile)
        fixed = await fix(files, self._path, report, profile=self._profile)
        blamed = await self._blamed(fixed.report.findings)
        return _Judged(
            outcome="rejected" if blamed else "accepted",
            text=fixed.files[self._path],
            findings=blamed,
            fixes=fixed.applied,
            how=found.how,
        )

    async def _blamed(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Style blocks nothing; what was wrong in other files before is theirs, all else in them comes from this one."""
        serious = [f for f in findings if f.is_serious]
        serious.sort(key=lambda f: (f.severity, f.file != self._path))
        if self._known is None or all(f.file == self._path for f in serious):
            return tuple(serious)
        caused = new_findings([f for f in serious if f.file != self._path], await self._known())
        return tuple(f for f in serious if f.file == self._path or f in caused)


def _next(asking: Asking, judged: _Judged, files: Mapping[str, str], behaviours: str) -> Asking:
    """The request after a try that failed."""
    outcome: Reason = "rejected" if judged.outcome == "accepted" else judged.outcome
    following = Asking(
        path=asking.path,
        attempt=asking.attempt,
        try_number=asking.try_number + 1,
        reason=outcome,
        truncated=asking.truncated + (outcome == "truncated"),
        # What a run against the server showed stays true until the file passes: no other check sees it.
        behaviours=behaviours,
        findings=asking.findings,
    )
    if outcome == "rejected":
        return _repairing(following, judged.text, judged.findings, files)
    if outcome == "stuck":
        told = findings_to_repair(judged.findings) if judged.text else list(judged.findings)
        return following.model_copy(update={"findings": tell_findings(told, files)})
    return following.model_copy(update={"problem": " ".join(f"{f.message} {f.hint}" for f in judged.findings)})


def _repairing(asking: Asking, text: str, findings: Sequence[Finding], files: Mapping[str, str]) -> Asking:
    told = tell_findings(findings_to_repair(findings), files)
    return asking.model_copy(update={"reason": "rejected", "text": text, "findings": told})


def _tried(asking: Asking, judged: _Judged) -> Tried:
    return Tried(
        path=asking.path,
        attempt=asking.attempt,
        try_number=asking.try_number,
        role=asking.role,
        outcome=judged.outcome,
        findings=judged.findings,
        fixes=judged.fixes,
        how=judged.how,
    )


def _failure(path: str, tries: int, judged: _Judged, writing: _Writing) -> str:
    worst = f" The worst finding: {judged.findings[0].message}" if judged.findings else ""
    asked = f"{tries} {'try' if tries == 1 else 'tries'}"
    if writing.refusals >= MAX_REFUSALS:
        return f"The model refused to write {path}."
    if writing.stuck > 1:
        return f"The model repeated itself for {path}, also after it started afresh ({asked}).{worst}"
    return f"The model did not get {path} right in {asked}.{worst}"


def _digest(text: str, findings: Sequence[Finding]) -> str:
    parts = [text, *(f"{f.code} {f.file} {f.line} {f.message}" for f in findings)]
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()
