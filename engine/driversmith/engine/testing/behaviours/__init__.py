"""The contract, one file a family. To add a behaviour: one function and one line in its file's table."""

from ..trial import Behaviour
from . import amounts, auth, failures, headers, introspection, lifecycle, operations, own, quirks, reading, writing

ALL: tuple[Behaviour, ...] = (
    *introspection.BEHAVIOURS,
    *reading.BEHAVIOURS,
    *amounts.BEHAVIOURS,
    *writing.BEHAVIOURS,
    *operations.BEHAVIOURS,
    *failures.BEHAVIOURS,
    *auth.BEHAVIOURS,
    *headers.BEHAVIOURS,
    *lifecycle.BEHAVIOURS,
    *quirks.BEHAVIOURS,
    *own.BEHAVIOURS,
    *auth.LAST,
)
"""Every behaviour, in the order in which they are tried."""
