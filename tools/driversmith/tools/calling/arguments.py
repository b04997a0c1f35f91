"""Arguments that several tools share."""

from typing import Annotated

from pydantic import Field

SessionId = Annotated[
    str,
    Field(description="Id of a session, as generate_driver_supervised answers it.", min_length=1, max_length=100),
]
Cursor = Annotated[
    str | None,
    Field(description="next_cursor of the page before, to read on from there.", max_length=500),
]
FileText = Annotated[
    str | None,
    Field(description="The text of the file, where it is not to be read from disk.", max_length=2_000_000),
]
