"""`driversmith doctor`: whether everything that a session needs is in place."""

import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated, Literal

import anyio
import typer
from driversmith.engine.errors import DriversmithError
from driversmith.engine.settings import Settings
from rich.text import Text

from ..context import command_settings
from ..terminal.console import FAILED, SUCCESS, print_json, stdout
from ..terminal.progress import Watched, run_watched
from .check import Check
from .model_checks import model_endpoint, model_prices
from .self_check import lines_of
from .self_check import self_check as run_self_check

if TYPE_CHECKING:
    from driversmith.engine.self_check import CheckOutcome

PACKAGES = ("driversmith", "mcp", "pydantic", "anyio", "aiosqlite", "httpx2", "jinja2", "ruff", "typer", "rich")
SECONDS = 20.0


def doctor(
    *,
    self_check: Annotated[
        bool,
        typer.Option(
            "--self-check",
            help="Also try on this machine whether the journal and the sandbox do all that is promised of them; takes"
            " up to a minute.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check this installation. Reaches no network and shows no key."""
    settings = command_settings()

    async def examine(shown: Watched) -> "tuple[list[Check], list[CheckOutcome]]":
        checks: list[Check] = []
        for name, check in _CHECKS.items():
            shown.doing(f"Checking {name}.")
            checks.append(await _bounded(name, check, settings))
        if not self_check:
            return checks, []
        findings, outcomes = await run_self_check(settings, shown)
        return [*checks, *findings], outcomes

    checks, outcomes = run_watched("doctor", examine, quiet=as_json)
    ok = all(check.ok for check in checks if check.required)
    if as_json:
        told = {"self_check": [outcome.model_dump(mode="json") for outcome in outcomes]} if self_check else {}
        print_json({"ok": ok, "checks": [check.model_dump(mode="json") for check in checks], **told})
    else:
        for check in checks:
            mark = ("ok  ", "green") if check.ok else ("FAIL", "bold red") if check.required else ("none", "yellow")
            said = ". ".join(part for part in (check.found, check.note, check.advice) if part)
            stdout().print(Text.assemble(mark, f"  {check.name}: {said}"), soft_wrap=True)
        for line in lines_of(outcomes):
            stdout().print(line, soft_wrap=True)
    raise typer.Exit(SUCCESS if ok else FAILED)


async def _bounded(name: str, check: Callable[[Settings], Awaitable[Check]], settings: Settings) -> Check:
    try:
        with anyio.fail_after(SECONDS):
            return await check(settings)
    except DriversmithError as exc:
        return Check(name=name, ok=False, found=exc.message, advice=exc.next_action)
    except Exception as exc:  # a check-up reports whatever is broken, and goes on
        return Check(name=name, ok=False, found=f"{type(exc).__name__}: {exc}")


async def _python(_: Settings) -> Check:
    ok = sys.version_info >= (3, 11)
    found = f"{platform.python_version()} at {sys.executable}, {platform.system()} {platform.machine()}"
    return Check(name="python", ok=ok, found=found, advice="" if ok else "Python 3.11 or later is needed.")


async def _packages(_: Settings) -> Check:
    found: list[str] = []
    missing: list[str] = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    advice = f"Missing: {', '.join(missing)}; install driversmith again." if missing else ""
    return Check(name="packages", ok=not missing, found=", ".join(found), advice=advice)


async def _home(settings: Settings) -> Check:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            pass
    except OSError as exc:
        found = f"{settings.home} cannot be written ({exc.strerror or exc})"
        return Check(name="home", ok=False, found=found, advice="Set DRIVERSMITH_HOME to a folder of yours.")
    return Check(name="home", ok=True, found=f"{settings.home} is writable")


async def _database(settings: Settings) -> Check:
    if not settings.database.exists():
        return Check(
            name="database", ok=True, found=f"{settings.database} is not there yet; the first session makes it"
        )
    from driversmith.engine.composition import open_engine

    async with open_engine(settings) as engine:
        page = await engine.journal.sessions(limit=1)
    held = "holds sessions" if page.items else "holds no session"
    return Check(name="database", ok=True, found=f"{settings.database} can be used and {held}")


async def _credentials(settings: Settings) -> Check:
    from driversmith.engine.network.credentials import load_credentials

    origins = len(load_credentials(settings.credentials_file).tables)
    return Check(name="credentials", ok=True, found=f"{settings.credentials_file}: {origins} origins")


async def _sandbox(settings: Settings) -> Check:
    """What holds the code of models and strangers here; without isolation only what the templates wrote is run."""
    from driversmith.engine.models.driver import isolation_words
    from driversmith.engine.sandbox.port import HOW_TO_RUN, ISOLATED
    from driversmith.engine.sandbox.process import ProcessSandbox

    sandbox = ProcessSandbox()
    isolation = await sandbox.probe()
    found = f"a child starts; isolation: {isolation_words(isolation, await sandbox.layers())}"
    if isolation in ISOLATED:
        return Check(name="sandbox", ok=True, found=found)
    runs = "runs all the same" if settings.allow_unisolated else "does not run; a driver of the templates does"
    return Check(name="sandbox", ok=True, found=found, note=f"Code of a model {runs}.", advice=HOW_TO_RUN)


async def _ruff(_: Settings) -> Check:
    from driversmith.engine.validation.tools.ruff import find_ruff

    return await _tool("ruff", find_ruff())


async def _ty(_: Settings) -> Check:
    from driversmith.engine.validation.tools.ty import find_ty

    return await _tool("ty", find_ty())


async def _tool(name: Literal["ruff", "ty"], command: list[str]) -> Check:
    from driversmith.engine.validation.tools.tool_maps import note_on

    ran = await anyio.run_process([*command, "--version"], check=False)
    found = ran.stdout.decode(errors="replace").strip() or "does not run"
    ok = ran.returncode == 0
    return Check(name=name, ok=ok, found=found, note=await note_on(name) if ok else "")


_CHECKS: dict[str, Callable[[Settings], Awaitable[Check]]] = {
    "python": _python,
    "packages": _packages,
    "home": _home,
    "database": _database,
    "credentials": _credentials,
    "sandbox": _sandbox,
    "ruff": _ruff,
    "ty": _ty,
    "model": model_endpoint,
    "model prices": model_prices,
}
