"""Tools, resources and prompts that the conformance suites ask for by name: what a server of ours has none of."""

# pyright: reportDeprecated=false  the suites of the handshake era want what 2026-07-28 deprecates

import base64
import json
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    ClientCapabilities,
    ContentBlock,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    EmbeddedResource,
    ImageContent,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    SamplingCapability,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
"""One red pixel."""
WAV = base64.b64encode(
    b"RIFF\x25\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x01\x00\x00\x00\x80"
).decode()
PAUSE = 0.05


def test_simple_text() -> str:
    """A text."""
    return "This is a simple text response for testing."


def test_image_content() -> ImageContent:
    """An image."""
    return ImageContent(data=PNG, mime_type="image/png")


def test_audio_content() -> AudioContent:
    """A sound."""
    return AudioContent(data=WAV, mime_type="audio/wav")


def test_embedded_resource() -> EmbeddedResource:
    """A resource in an answer."""
    return _embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")


def test_multiple_content_types() -> list[ContentBlock]:
    """A text, an image and a resource."""
    data = json.dumps({"test": "data", "value": 123})
    return [
        TextContent(text="Multiple content types test:"),
        ImageContent(data=PNG, mime_type="image/png"),
        _embedded("test://mixed-content-resource", "application/json", data),
    ]


def test_error_handling() -> str:
    """An error."""
    raise ToolError("This tool intentionally returns an error for testing")


async def test_tool_with_logging(ctx: Context) -> str:
    """Three lines of log."""
    for said in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(said)
        await anyio.sleep(PAUSE)
    return "Said three things."


test_logging_tool = test_tool_with_logging


async def test_tool_with_progress(ctx: Context) -> str:
    """Three steps of progress."""
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100, f"{done} of 100")
        await anyio.sleep(PAUSE)
    return "Went three steps."


async def test_sampling(ctx: Context, prompt: str) -> str:
    """What the client's model says."""
    message = SamplingMessage(role="user", content=TextContent(text=prompt))
    result = await ctx.session.create_message([message], max_tokens=100, related_request_id=ctx.request_id)
    return f"LLM response: {result.content.text if isinstance(result.content, TextContent) else result.content}"


async def test_elicitation(ctx: Context, message: str) -> str:
    """What the user says."""
    told = await ctx.session.elicit_form(
        message,
        _form(
            username={"type": "string", "description": "User's response"},
            email={"type": "string", "description": "User's email address"},
        ),
        ctx.request_id,
    )
    return f"User response: action={told.action}, content={json.dumps(told.content)}"


async def test_elicitation_sep1034_defaults(ctx: Context) -> str:
    """A form with defaults."""
    form = _form(
        name={"type": "string", "default": "John Doe"},
        age={"type": "integer", "default": 30},
        score={"type": "number", "default": 95.5},
        status={"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        verified={"type": "boolean", "default": True},
    )
    told = await ctx.session.elicit_form("Who are you?", {**form, "required": []}, ctx.request_id)
    return f"Elicitation completed: action={told.action}, content={json.dumps(told.content)}"


async def test_elicitation_sep1330_enums(ctx: Context) -> str:
    """A form with every kind of choice."""
    plain = ["option1", "option2", "option3"]
    titled = [
        {"const": f"value{n}", "title": f"{word} Option"} for n, word in enumerate(("First", "Second", "Third"), 1)
    ]
    form = _form(
        untitledSingle={"type": "string", "enum": plain},
        titledSingle={"type": "string", "oneOf": titled},
        legacyEnum={
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        untitledMulti={"type": "array", "items": {"type": "string", "enum": plain}},
        titledMulti={"type": "array", "items": {"anyOf": titled}},
    )
    told = await ctx.session.elicit_form("What do you choose?", {**form, "required": []}, ctx.request_id)
    return f"Elicitation completed: action={told.action}, content={json.dumps(told.content)}"


def test_missing_capability(ctx: Context) -> str:
    """Needs a client that samples."""
    if ctx.client_capabilities is None or ctx.client_capabilities.sampling is None:
        needed = ClientCapabilities(sampling=SamplingCapability()).model_dump(by_alias=True, exclude_none=True)
        raise MCPError(
            MISSING_REQUIRED_CLIENT_CAPABILITY, "This tool needs sampling.", {"requiredCapabilities": needed}
        )
    return "The client samples."


def test_streaming_elicitation(ctx: Context) -> str | InputRequiredResult:
    """Asks for a name."""
    return _asked_name(ctx)


def test_input_required_result_elicitation(ctx: Context) -> str | InputRequiredResult:
    """Asks for a name."""
    return _asked_name(ctx)


def test_input_required_result_sampling(ctx: Context) -> str | InputRequiredResult:
    """Asks the client's model."""
    given = ctx.input_responses or {}
    if "capital_question" not in given:
        return _wanted(capital_question=_sample("What is the capital of France?", 100))
    return str(given["capital_question"].model_dump(mode="json"))


def test_input_required_result_list_roots(ctx: Context) -> str | InputRequiredResult:
    """Asks for the client's folders."""
    given = ctx.input_responses or {}
    return str(given["client_roots"]) if "client_roots" in given else _wanted(client_roots=ListRootsRequest())


def test_input_required_result_request_state(ctx: Context) -> str | InputRequiredResult:
    """Asks, and gives the client something to keep."""
    if ctx.request_state is None:
        return _wanted("kept", confirm=_question("Please confirm", ok={"type": "boolean"}))
    return f"state-ok: {ctx.request_state}"


test_input_required_result_tampered_state = test_input_required_result_request_state


def test_input_required_result_multiple_inputs(ctx: Context) -> str | InputRequiredResult:
    """Asks three things at once."""
    given = ctx.input_responses or {}
    wanted: dict[str, InputRequest] = {
        "user_name": _question("What is your name?", name={"type": "string"}),
        "greeting": _sample("Generate a greeting", 50),
        "client_roots": ListRootsRequest(),
    }
    return "All was told." if wanted.keys() <= given.keys() else _wanted("three", **wanted)


def test_input_required_result_multi_round(ctx: Context) -> str | InputRequiredResult:
    """Asks one thing after the other."""
    if ctx.request_state is None:
        return _wanted("1", step1=_question("Step 1: What is your name?", name={"type": "string"}))
    if ctx.request_state == "1":
        return _wanted("2", step2=_question("Step 2: What is your favorite color?", color={"type": "string"}))
    return "Two things were told."


def test_input_required_result_capabilities(ctx: Context) -> str | InputRequiredResult:
    """Asks as the client can be asked."""
    able = ctx.client_capabilities or ClientCapabilities()
    wanted: dict[str, InputRequest] = {}
    if able.elicitation is not None:
        wanted["user_name"] = _question("What is your name?", name={"type": "string"})
    if able.sampling is not None:
        wanted["greeting"] = _sample("Generate a greeting", 50)
    return _wanted(**wanted) if wanted else "Nobody can be asked."


TOOLS = {name: made for name, made in list(globals().items()) if name.startswith("test_")}


def static_text() -> str:
    """A text."""
    return "This is the content of the static text resource."


def static_binary() -> bytes:
    """An image."""
    return base64.b64decode(PNG)


def template(id: str) -> str:
    """A text with an id in it."""
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


RESOURCES = (
    ("test://static-text", static_text, "text/plain"),
    ("test://static-binary", static_binary, "image/png"),
    ("test://template/{id}/data", template, "application/json"),
)


def simple_prompt() -> str:
    """A simple prompt."""
    return "This is a simple prompt for testing."


def prompt_with_arguments(arg1: str, arg2: str) -> str:
    """A prompt with two arguments."""
    return f"Prompt with arguments: arg1={arg1!r}, arg2={arg2!r}"


def prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803  the suite's name
    """A prompt with a resource."""
    return [
        UserMessage(_embedded(resourceUri, "text/plain", "Embedded resource content for testing.")),
        UserMessage("Please process the embedded resource above."),
    ]


def prompt_with_image() -> list[UserMessage]:
    """A prompt with an image."""
    return [
        UserMessage(ImageContent(data=PNG, mime_type="image/png")),
        UserMessage("Please analyze the image above."),
    ]


def input_required_result_prompt(ctx: Context) -> str | InputRequiredResult:
    """A prompt that asks."""
    given = ctx.input_responses or {}
    if "user_context" not in given:
        return _wanted(user_context=_question("What context should the prompt use?", context={"type": "string"}))
    return f"Context: {given['user_context'].model_dump(mode='json')}"


PROMPTS = {
    f"test_{function.__name__}": function
    for function in (
        simple_prompt,
        prompt_with_arguments,
        prompt_with_embedded_resource,
        prompt_with_image,
        input_required_result_prompt,
    )
}


def _asked_name(ctx: Context) -> str | InputRequiredResult:
    told = (ctx.input_responses or {}).get("user_name")
    if isinstance(told, ElicitResult) and isinstance(name := (told.content or {}).get("name"), str):
        return f"Hello, {name}!"
    return _wanted(user_name=_question("What is your name?", name={"type": "string"}))


def _wanted(state: str | None = None, /, **requests: InputRequest) -> InputRequiredResult:
    return InputRequiredResult(input_requests=requests, request_state=state)


def _question(message: str, **properties: dict[str, Any]) -> ElicitRequest:
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=_form(**properties)))


def _sample(text: str, most: int) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(text=text))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=most))


def _form(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _embedded(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    return EmbeddedResource(resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text))
