"""The dashboard, and the story of a session, as items of pages: all that their page draws, and the same in words."""

from typing import Any

from driversmith.engine.views.dashboard import CorrectedFact, Dashboard, DriverLine
from driversmith.engine.views.session_line import SessionLine
from driversmith.engine.views.session_story import AttemptLine, Moment, SessionStory
from driversmith.engine.views.weights import compact

Item = dict[str, Any]


def dashboard_items(found: Dashboard) -> tuple[list[Item], list[str]]:
    """The figures first, then sessions, drivers and corrected facts; each with its text."""
    lists = {"session": found.sessions, "driver": found.drivers, "corrected": found.corrected}
    head = found.model_dump(mode="json", exclude={"sessions", "drivers", "corrected", "session"})
    items = [{"item": "dashboard", **head}]
    lines = [_figures(found)]
    for kind, values in lists.items():
        items += [{"item": kind, **value.model_dump(mode="json")} for value in values]
    lines += [_session(line) for line in found.sessions]
    lines += [_driver(driver) for driver in found.drivers]
    lines += [_corrected(fact) for fact in found.corrected]
    return items, lines


def story_items(story: SessionStory) -> tuple[list[Item], list[str]]:
    """What the session came to first, then its attempts, then what happened, in order; each with its text."""
    head = story.model_dump(mode="json", exclude={"attempts", "moments"})
    items = [{"item": "story", **head}]
    items += [{"item": "attempt", **one.model_dump(mode="json")} for one in story.attempts]
    items += [{"item": "moment", **one.model_dump(mode="json")} for one in story.moments]
    lines = [_story(story), *map(_attempt, story.attempts), *map(_moment, story.moments)]
    return items, lines


def _figures(found: Dashboard) -> str:
    metrics = found.metrics
    sessions, tokens, diagnoses = metrics["sessions"], metrics["tokens"], metrics["diagnoses"]
    if not sessions["total"]:
        return "No session yet. generate_driver_supervised(api_name, api_url) makes the first driver."
    lines = [
        f"{sessions['total']} sessions: {_counts(sessions['by_status'])}.",
        f"Success: {_percent(metrics['first_try_success_rate'])} at the first try, "
        f"{_percent(metrics['after_healing_success_rate'])} after healing; attempts: {_counts(sessions['by_attempts'])}.",
        f"Cost: {_dollars(metrics['dollars'])} for {tokens['calls']} model requests; the cache saved "
        f"{_dollars(metrics['dollars_saved_by_cache'])} ({_percent(metrics['cache_hit_rate'])} of input tokens).",
        f"Facts corrected: {_counts(found.corrected_by_kind) or 'none'}.",
        f"Findings: {_counts(metrics['findings_by_code']) or 'none'}.",
    ]
    for strategy, told in diagnoses["helped_by_strategy"].items():
        lines.append(
            f"Strategy {strategy}: helped {told['helped']}, did not {told['did_not_help']}, open {told['unknown']}."
        )
    for day in metrics["by_day"]:
        lines.append(
            f"{day['day']}: {day['first_try']} at the first try, {day['healed']} healed, {day['failed']} failed; "
            f"{_dollars(day['dollars'])}, {_dollars(day['saved'])} saved."
        )
    return "\n".join(lines)


def _session(line: SessionLine) -> str:
    healed = f", healed by {', '.join(line.strategies)}" if line.strategies else ""
    facts = f", {line.corrected} fact(s) corrected" if line.corrected else ""
    level = f" ({line.level})" if line.level else f" ({line.error})" if line.error else ""
    return (
        f"Session {line.session_id}: {line.api_name}, {line.status}{level}, {line.attempts} attempt(s){healed}{facts}"
    )


def _driver(driver: DriverLine) -> str:
    objects = "; ".join(
        f"{name} {told.level}" + (f", {told.records} records in {told.pages} page(s)" if told.pages else "")
        for name, told in driver.objects.items()
    )
    left = f", {driver.skipped} operation(s) left out" if driver.skipped else ""
    return (
        f"Driver {driver.driver} in {driver.folder}: {driver.level}, {driver.passed} behaviours passed{left}: {objects}"
    )


def _corrected(fact: CorrectedFact) -> str:
    described, observed = compact(fact.described), compact(fact.observed)
    return f"Fact {fact.fact} of {fact.api_name}: described {described}, is {observed}"


def _story(story: SessionStory) -> str:
    line = story.line
    usage = story.usage
    lines = [
        _session(line),
        f"Folder {story.folder}; {usage.calls} model requests, {_dollars(usage.cost_usd)}.",
        *(f"Object {name}: {told.level}. {told.note}" for name, told in story.objects.items()),
        *(
            f"Fact {fact.fact}: described {compact(fact.described)}, is {compact(fact.observed)}."
            for fact in story.corrected
        ),
    ]
    if story.error:
        lines.append(f"{story.error.code}: {story.error.message} {story.error.next_action}")
    if story.moments_left_out:
        lines.append(f"{story.moments_left_out} moments in the middle are in view='log' alone.")
    return "\n".join(lines)


def _attempt(one: AttemptLine) -> str:
    otherwise = f" by {one.strategy}" if one.strategy else ""
    found = f"; findings: {_counts(one.findings)}" if one.findings else ""
    tries = f"; tries: {_counts(one.tries)}" if one.tries else ""
    why = f": {one.error}" if one.error else ""
    return f"Attempt {one.attempt}{otherwise} ({one.engine}): {one.outcome} in {one.seconds:.1f} s{tries}{found}{why}"


def _moment(one: Moment) -> str:
    more = one.details if one.part in ("diagnosis", "fact") or one.level != "info" else {}
    details = f" {compact(more)}" if more else ""
    return f"+{one.seconds:.1f} s {one.part}: {one.message}{details}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _percent(rate: float | None) -> str:
    return "none known" if rate is None else f"{rate:.0%}"


def _dollars(amount: float | None) -> str:
    return "an unknown price" if amount is None else f"${amount:.4f}"
