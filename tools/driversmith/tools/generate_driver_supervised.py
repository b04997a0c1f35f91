"""The main job: from an API's name and URL to a tested driver on disk."""

from typing import Annotated, Literal, cast

from driversmith.engine.models.session import EngineName, LiveMode, SupervisedResult
from driversmith.engine.sessions.request import DESCRIPTION_SUFFIXES, known_urls, resolve_request
from mcp_types import CallToolResult, InputRequiredResult
from pydantic import BeforeValidator, Field

from .answers.stored import told_before, with_age
from .answers.supervised import supervised_answer
from .calling.asking import Asking
from .calling.choosing import Waiting, chosen, which_api
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared
from .calling.downloads import download_url
from .calling.paths import FolderPath, ReadPath


def _spelled(value: object) -> object:
    return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value


@declared(title="Make a driver for an API", read_only=False, open_world=True)
async def generate_driver_supervised(
    ctx: EngineContext,
    *,
    api_name: Annotated[
        str,
        Field(
            description='Name of the API, such as "Open-Meteo"; the package is named after it.',
            min_length=1,
            max_length=80,
        ),
    ],
    api_url: Annotated[
        str | None,
        Field(
            description="URL of the API, of its description (OpenAPI, Swagger) or of its documentation. It may be left out where"
            " the catalogue of public APIs knows the name, and where spec is a URL.",
            min_length=1,
            max_length=2000,
        ),
    ] = None,
    spec: Annotated[
        str | None,
        Field(
            description="Its description (OpenAPI, Swagger, Postman collection, HAR, file of curl commands, Google Discovery, OData"
            " $metadata): an http(s) URL or an absolute path.",
            max_length=4000,
        ),
        ReadPath(or_url=True, suffixes=frozenset(DESCRIPTION_SUFFIXES)),
    ] = None,
    server: Annotated[
        str | None,
        Field(
            description="Which of the description's servers the driver is for (sandbox or production, a region), where api_url does"
            " not tell: one of those that `choices` of the result lists.",
            max_length=2000,
        ),
    ] = None,
    auth: Annotated[
        str | None,
        Field(
            description="By which of the description's schemes to authenticate, where several will do: one of those that `choices`"
            " of the result lists.",
            max_length=200,
        ),
    ] = None,
    output_dir: Annotated[
        str | None,
        Field(description="Absolute folder in which the driver's project folder is made.", max_length=4000),
        FolderPath(),
    ] = None,
    engine: Annotated[EngineName, Field(description="Who writes the driver; auto needs no key.")] = "auto",
    objects: Annotated[
        list[str] | None,
        Field(description="Only these objects of the API (names as in the result's profile).", max_length=500),
    ] = None,
    stop_after: Annotated[
        Literal["research", "none"],
        Field(description="research: answer with what the API offers, before anything is written."),
    ] = "none",
    max_supervisor_attempts: Annotated[int, Field(description="Whole attempts before giving up.", ge=1, le=10)] = 3,
    max_retries: Annotated[
        int, Field(description="Model requests for one file before it counts as failed.", ge=0, le=10)
    ] = 3,
    budget_usd: Annotated[float | None, Field(description="Most that models may cost.", ge=0)] = None,
    time_limit_seconds: Annotated[
        float, Field(description="Longest time for the whole session.", gt=0, le=86_400)
    ] = 600,
    live: Annotated[
        LiveMode,
        BeforeValidator(_spelled),
        Field(
            description="Reads from the real API: auto, at most 10 polite GETs; true, the GETs of the contract; false, none."
        ),
    ] = "auto",
    fresh: Annotated[bool, Field(description="Start a new session even where nothing changed.")] = False,
    wait_seconds: Annotated[
        float,
        Field(description="How long to wait for the result; the session goes on afterwards.", ge=0, le=600),
    ] = 45,
) -> Annotated[CallToolResult, SupervisedResult]:
    """Make a tested, installable Python driver for an HTTP API, and read its first records.

    Works in the background as a durable session. If the answer has status "running", call again with the same
    arguments (nothing starts twice) or use get_session; with "waiting_for_host" (engine "host": you write the files),
    write the file that it asks for and call submit_file. The result names the project folder, how far the driver was
    verified (live, mock or static_only), a preview of real records where the API may be read, and, when it failed, an
    error with the next thing to do. `choices` are what only the user knows: ask them, and give their answer as the argument.
    """
    made = engine_of(ctx)
    asking = Asking(ctx)
    if api_url is None and asking.is_possible and len(several := known_urls(api_name, made.settings)) > 1:
        answer = await which_api(asking, api_name, several)
        if isinstance(answer, InputRequiredResult):
            return cast("CallToolResult", answer)
        api_url = answer
    request = resolve_request(
        api_name=api_name,
        api_url=api_url,
        spec=spec,
        server=server,
        auth=auth,
        output_dir=output_dir,
        engine=engine,
        objects=objects,
        stop_after=stop_after,
        max_supervisor_attempts=max_supervisor_attempts,
        max_retries=max_retries,
        budget_usd=budget_usd,
        time_limit_seconds=time_limit_seconds,
        live=live,
        fresh=fresh and not asking.is_again,
        settings=made.settings,
        default_output_dir=made.settings.output_dir_of(made.principal),
    )
    session = before = await made.start(request)
    waiting = Waiting(ctx, asking)
    result = await waiting.wait(session.session_id, wait_seconds)
    if waiting.open:
        options = {choice.argument: choice.options for choice in waiting.open}
        answer = await asking.ask("choices", " ".join(choice.question for choice in waiting.open), options)
        if isinstance(answer, InputRequiredResult):
            return cast("CallToolResult", answer)
        taken = {choice.argument: choice.taken for choice in waiting.open}
        if any(taken[name] != value for name, value in answer.items()):
            await made.cancel(session.session_id)
            session = before = await made.start(request.model_copy(update={**answer, "fresh": False}))
        result = chosen(await waiting.wait(session.session_id, wait_seconds), answer)
    told = with_age(result, before) if told_before(before) else result
    return supervised_answer(told, download=download_url(ctx, result.session_id))
