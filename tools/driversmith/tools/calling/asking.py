"""Asking the user, where only they know: by elicitation, in both eras of MCP. Never asked for a secret.

Up to 2025-11-25 the question goes out in the middle of the call; from 2026-07-28 on the call is answered with it, and the client
calls again with what the user said. A client that cannot ask is never asked: arguments say the same."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from .context import EngineContext

Answers = dict[str, str]
"""Argument -> the value that the user chose; without those that they left open."""


class Asking:
    """The questions of one call."""

    def __init__(self, ctx: EngineContext) -> None:
        self._ctx = ctx
        self._before = _state(ctx.request_state)

    @property
    def is_possible(self) -> bool:
        """Whether the client can put a form before the user."""
        capabilities = self._ctx.client_capabilities
        form = capabilities.elicitation if capabilities is not None else None
        if form is None or (form.form is None and form.url is not None):
            return False
        return not self._is_handshake or self._ctx.session.can_send_request

    @property
    def is_again(self) -> bool:
        """Whether this is a later round of a call that asked before."""
        return self._ctx.request_state is not None

    def known(self, name: str) -> str | None:
        """What the user chose in an earlier round."""
        return self._before.get(name)

    async def ask(self, key: str, message: str, options: Mapping[str, Sequence[str]]) -> Answers | InputRequiredResult:
        """Let the user choose, of each argument one of its values; {} where they decline or cancel. An InputRequiredResult is
        to be the answer of the call, which comes again with theirs.

        Raises:
            ToolError: the client answered with something that is none of the values.
        """
        params = ElicitRequestFormParams(message=message, requested_schema=_schema(options))
        if self._is_handshake:
            result = await self._ctx.session.elicit_form(params.message, params.requested_schema, self._ctx.request_id)
            return _chosen(result, options)
        answer = (self._ctx.input_responses or {}).get(key)
        if answer is None:
            return InputRequiredResult(
                input_requests={key: ElicitRequest(params=params)}, request_state=json.dumps(self._before)
            )
        if not isinstance(answer, ElicitResult):
            raise ToolError(f"The answer to {key!r} is no answer of a form: give {', '.join(options)} as arguments.")
        return _chosen(answer, options)

    def keep(self, answers: Answers) -> None:
        """Remember what the user chose for the next round of this call."""
        self._before |= answers

    @property
    def _is_handshake(self) -> bool:
        return self._ctx.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS


def _schema(options: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    properties = {name: {"type": "string", "title": name, "enum": list(values)} for name, values in options.items()}
    return {"type": "object", "properties": properties}


def _chosen(result: ElicitResult, options: Mapping[str, Sequence[str]]) -> Answers:
    if result.action != "accept":
        return {}
    answers: Answers = {}
    for name, value in (result.content or {}).items():
        if name not in options or value in (None, ""):
            continue
        if value not in options[name]:
            raise ToolError(
                f"{name} can be {', '.join(options[name])}, not {str(value)[:200]!r}. Give it as an argument."
            )
        answers[name] = str(value)
    return answers


def _state(text: str | None) -> Answers:
    with suppress(ValueError, RecursionError):
        state = json.loads(text or "{}")
        if isinstance(state, dict):
            return {str(name): value for name, value in cast("dict[str, Any]", state).items() if isinstance(value, str)}
    return {}
