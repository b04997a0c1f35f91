"""`examine`: a diagnosis that looks at the file at fault first."""

from anyio import to_thread

from ..errors import InvalidArgumentError
from ..models.diagnosis import Diagnosis
from .context import FailureContext
from .rules import diagnose


async def examine(failure: FailureContext, *, driver_root: str | None = None) -> Diagnosis:
    """Validate the file that the failure names, add its findings, and diagnose.

    A file that cannot be read is no error here: the rest of the evidence is judged without it.
    """
    path = failure.file_path or ("client.py" if failure.content is not None else None)
    if path is not None:
        from ..validation.file import validate_file

        try:
            report = await validate_file(file_path=path, content=failure.content, driver_root=driver_root)
        except InvalidArgumentError:
            pass
        else:
            known = set(failure.findings)
            added = tuple(f for f in report.findings if f not in known)
            failure = failure.model_copy(update={"findings": (*failure.findings, *added)})
    return await to_thread.run_sync(diagnose, failure)
