"""Prompts: how a person starts the two things that driversmith does."""

from typing import Annotated

from pydantic import Field


def create_driver(
    api_name: Annotated[str, Field(description='Name of the API, such as "Open-Meteo".')],
    api_url: Annotated[str, Field(description="URL of the API, of its description or of its documentation.")],
) -> str:
    """Make a driver for an API and show its first records."""
    return f"""Make a Python driver for the API "{api_name}" at {api_url} with driversmith.

1. Call generate_driver_supervised with api_name={api_name!r} and api_url={api_url!r}.
2. While its status is "running", call get_session with its session_id and wait_seconds=45. If its status is
   "waiting_for_host" (engine="host": you write the files), read all parts of host_request (get_session with its
   next_cursor), write the file that it asks for, hand it in with submit_file, mend what the answer says, and go on with
   next_request until there is a result.
3. When it succeeded, say where the driver lies, how far it was verified (live, mock or static_only, in those words),
   which operations were skipped and why, and show the preview. Use read_records for more records.
4. When it failed, say the error's message and its next_action. Ask me before you try anything that the next_action does
   not say. Keys never belong in this chat: they go into the credentials file that the error names."""


def repair_driver(
    session_id: Annotated[str | None, Field(description="The session that failed.")] = None,
    error: Annotated[str | None, Field(description="The error that the driver showed.")] = None,
) -> str:
    """Find out why a session or a driver failed, and mend it."""
    if session_id:
        subject, call = f"driversmith session {session_id} failed", f"session_id={session_id!r}"
    elif error:
        subject, call = "a driver made by driversmith failed", "error_message set to the error below"
    else:
        subject, call = (
            "a driversmith session failed",
            'the session_id of the newest failure (query_history with kind="sessions")',
        )
    told = f"\n\nThe error:\n{error}" if error else ""
    return f"""Find out why {subject}, and mend it.

1. Call diagnose_failure with {call}.
2. Say the root cause, the confidence and the evidence in plain words.
3. If can_fix is true, call generate_driver_supervised with the arguments of the session (get_session shows them) and
   fresh=true, and say what was different. With engine="host" you write the files yourself: answer each host_request or
   next_request with submit_file. repair_request, where there is one, is the complete request for the file at fault.
   If can_fix is false, say what a person has to do: the fix_description.
4. If a file was edited by hand, check it with validate_file before anything runs it.{told}"""
