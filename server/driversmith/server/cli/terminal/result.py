"""A session's result for a person."""

from driversmith.engine.models.session import SupervisedResult
from rich.console import Console
from rich.text import Text

from .event_lines import printable
from .records import print_records
from .wording import for_a_command_line

_LEVELS = {
    "live": "read real records from the API",
    "mock": "passed the contract against a mock server; the real API was not read",
    "static_only": "checked without running",
}


def print_result(console: Console, result: SupervisedResult) -> None:
    """What was made, how far it was verified, and what to do next; or why there is nothing."""
    if result.error is not None and not result.success:
        _print_failure(console, result)
    elif not result.success:
        console.print(f"Session {result.session_id} is {result.status}.")
    else:
        _print_success(console, result)
    for choice in result.choices:
        said = choice.told.replace(f"; {choice.argument} chooses:", f"; --{choice.argument} chooses:")
        console.print(Text(f"choice: {printable(said)}", style="dim"), soft_wrap=True)
    for note in result.notes:
        said = for_a_command_line(note, session_id=result.session_id)
        console.print(Text(f"note: {printable(said)}", style="dim"), soft_wrap=True)
    if any("AuthenticationError" in note for note in result.notes):
        advice = "to read with a key: driversmith credentials set ORIGIN, then the same command with --fresh"
        console.print(Text(advice, style="dim"), soft_wrap=True)


def _print_success(console: Console, result: SupervisedResult) -> None:
    found = result.verification
    if result.driver_name is None:
        console.print(Text("researched", style="bold green"), f"in {result.elapsed_seconds:.1f} s; nothing was written")
    else:
        console.print(Text(f"{result.driver_name}", style="bold green"), f"in {result.elapsed_seconds:.1f} s")
        console.print(Text(f"  {result.output_path}"), soft_wrap=True)
        counts = f"contract {found.passed} passed, {found.failed} failed; isolation {found.held_by}"
        console.print(f"  verified: {found.level} ({_LEVELS[found.level]}; {counts})", soft_wrap=True)
        _print_healing(console, result)
    if result.kept_files:
        kept = ", ".join(result.kept_files)
        console.print(Text(f"  left alone, since you changed them: {kept} (new text in *.new)"), soft_wrap=True)
    if result.merged_files:
        console.print(Text(f"  merged with your edits: {', '.join(result.merged_files)}"), soft_wrap=True)
    if result.skipped:
        reasons = sorted({s.reason for s in result.skipped})
        console.print(f"  {len(result.skipped)} operations skipped ({', '.join(reasons)}); see the driver's README")
    if result.profile is not None:
        console.print(Text(f"  objects: {', '.join(result.profile.objects) or 'none'}"), soft_wrap=True)
    for name, records in result.preview.items():
        print_records(console, name, records)
    if result.output_path and result.driver_name:
        example = next(iter(result.preview), "OBJECT")
        console.print(Text(f'  next: pip install "{result.output_path}"', style="dim"), soft_wrap=True)
        console.print(Text(f'        driversmith read "{result.output_path}" {example}', style="dim"), soft_wrap=True)


def _print_healing(console: Console, result: SupervisedResult) -> None:
    """Who wrote what, in how many attempts, and what it cost, where a model had a part in it."""
    by_hand: dict[str, list[str]] = {}
    for file in result.files:
        if file.author != "template":
            by_hand.setdefault(file.author, []).append(file.path)
    for author, paths in by_hand.items():
        console.print(Text(f"  written by {author}: {', '.join(paths)}"), soft_wrap=True)
    for fix in result.fixes_applied:
        helped = {True: "helped", False: "did not help", None: "outcome not known"}[fix.helped]
        text = f"  attempt {fix.attempt}: {fix.strategy}, {helped}. {printable(fix.description)}"
        console.print(Text(text), soft_wrap=True)
    if (usage := result.model_usage).calls:
        cost = "cost not known" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
        tokens = (
            f"{usage.input_tokens} tokens read, {usage.cached_tokens} from the cache, {usage.output_tokens} written"
        )
        console.print(Text(f"  model: {usage.calls} requests, {tokens}, {cost}"), soft_wrap=True)


def _print_failure(console: Console, result: SupervisedResult) -> None:
    error = result.error
    assert error is not None  # noqa: S101 - the caller's condition
    message, next_action = (
        printable(for_a_command_line(said, session_id=result.session_id)) for said in (error.message, error.next_action)
    )
    console.print(Text.assemble((f"{result.status} ", "bold red"), f"[{error.code}] ", message), soft_wrap=True)
    if next_action:
        console.print(Text(f"  {next_action}"), soft_wrap=True)
    console.print(Text(f"  session {result.session_id}; driversmith show {result.session_id}", style="dim"))
