"""Static checks of one file of a driver."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from .answers.reports import ReportPage, report_page
from .calling.arguments import Cursor, FileText
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared
from .calling.paths import FolderPath, ReadPath


@declared(title="Check a file of a driver", read_only=True)
async def validate_file(
    ctx: EngineContext,
    *,
    file_path: Annotated[
        str,
        Field(
            description="Absolute path of the file, or its path in driver_root; with content, any name to check it under.",
            min_length=1,
            max_length=4000,
        ),
        ReadPath(relative_with=frozenset({"content", "driver_root"})),
    ],
    content: FileText = None,
    driver_root: Annotated[
        str | None,
        Field(
            description="Absolute project folder of the driver, to check the file against its other files.",
            max_length=4000,
        ),
        FolderPath(),
    ] = None,
    cursor: Cursor = None,
) -> Annotated[CallToolResult, ReportPage]:
    """Check one file of a driver in milliseconds, without running it: syntax, lint errors, the driver contract.

    ok means no finding of severity P0 (cannot run), P1 (breaks the contract) or P2 (misbehaves or is unsafe).
    """
    report = await engine_of(ctx).validate_file(file_path=file_path, content=content, driver_root=driver_root)
    return report_page(report, cursor)
