"""One finding of `driversmith doctor`."""

from driversmith.engine.models.base import Value


class Check(Value):
    """One thing that was looked at."""

    name: str
    ok: bool
    found: str
    note: str = ""
    """What is worth knowing, and no fault."""
    advice: str = ""
    """What to do where it is not ok."""
    required: bool = True
