"""DriverContract version 1 as data (DESIGN section 4): the one source of what a driver must offer.

The validator compares drivers with it, the tests and the generators read names from it.
"""

from dataclasses import dataclass
from typing import Final, Literal

ParameterKind = Literal["positional", "keyword", "var_keyword"]
Need = Literal["run", "contract", "comfort", "record", "layered"]
"""Why a file is required: nothing runs without it, the contract names it, users expect it, publishing writes it, the client
imports it since the contract's methods have a module of their own."""


class _Marker:
    """A default that is no value: `REQUIRED` (there is none) or `ANY` (there is one, whatever it is)."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


REQUIRED: Final = _Marker("REQUIRED")
ANY: Final = _Marker("...")


@dataclass(frozen=True)
class ParameterContract:
    """One parameter of a contract method, `self` and `cls` left out."""

    name: str
    kind: ParameterKind = "positional"
    annotation: str = ""
    default: object = REQUIRED
    layered_only: bool = False
    """Whether only a driver with `_base.py` must have it: those of earlier versions have not."""

    def __str__(self) -> str:
        if self.kind == "var_keyword":
            return f"**{self.name}"
        text = f"{self.name}: {self.annotation}" if self.annotation else self.name
        if self.default is REQUIRED:
            return text
        return f"{text} = {self.default!r}" if self.annotation else f"{text}={self.default!r}"


@dataclass(frozen=True)
class MethodContract:
    """One method of the driver class; all are plain functions, never coroutines; those are the twin's."""

    name: str
    parameters: tuple[ParameterContract, ...] = ()
    returns: str = "None"
    classmethod: bool = False
    takes_credentials: bool = False
    """Whether further keyword-only parameters are part of the contract (the constructor's credentials)."""

    @property
    def signature(self) -> str:
        """The `def` line as the contract spells it."""
        parts = ["cls" if self.classmethod else "self"]
        starred = False
        for parameter in self.parameters:
            if parameter.kind == "keyword" and not starred:
                parts.append("*")
                starred = True
                if self.takes_credentials:
                    parts.append("<credentials>")
            parts.append(str(parameter))
        return f"def {self.name}({', '.join(parts)}) -> {self.returns}"


@dataclass(frozen=True)
class ExceptionContract:
    """One class of exceptions.py."""

    name: str
    base: str = "DriverError"
    meaning: str = ""
    keywords: tuple[str, ...] = ()
    """Keyword arguments and attributes beside `message` and `details`."""


@dataclass(frozen=True)
class RequiredFile:
    """One file of the project folder; `{package}` stands for the package's name."""

    template: str
    need: Need

    def path(self, package: str) -> str:
        """POSIX path in the project folder."""
        return self.template.format(package=package)


CONTRACT_VERSION: Final = 1
BASE_MODULE: Final = "_base"
BASE_CLASS: Final = "DriverBase"
"""Where the contract's methods are, and what the driver class inherits; drivers of earlier versions have neither."""
PYTHON_VERSION: Final = (3, 11)
DEPENDENCIES: Final = ("httpx2",)
CAPABILITY_FIELDS: Final = ("read", "create", "update", "delete", "pagination", "auth", "max_page_size")
CREDENTIAL_ARGUMENTS: Final = ("api_key", "token", "username", "password", "client_id", "client_secret")
ENVIRONMENT_SUFFIXES: Final = ("BASE_URL", "TOKEN_URL")
"""Variables of every driver beside one for each credential argument: `<PREFIX>_<suffix>`."""

FILES: Final = (
    RequiredFile("{package}/__init__.py", "run"),
    RequiredFile("{package}/client.py", "run"),
    RequiredFile("{package}/exceptions.py", "run"),
    RequiredFile("{package}/types.py", "contract"),
    RequiredFile("{package}/_base.py", "layered"),
    RequiredFile("{package}/_transport.py", "record"),
    RequiredFile("{package}/py.typed", "comfort"),
    RequiredFile("pyproject.toml", "contract"),
    RequiredFile("README.md", "contract"),
    RequiredFile("tests/test_client.py", "contract"),
    RequiredFile("examples/list_objects.py", "comfort"),
    RequiredFile("examples/read_records.py", "comfort"),
    RequiredFile("driver.json", "record"),
    RequiredFile("profile.json", "record"),
)

EXCEPTIONS: Final = (
    ExceptionContract("DriverError", "Exception", "the base of all of them: DriverError(message, *, details: dict)"),
    ExceptionContract("AuthenticationError", meaning="401 and 403"),
    ExceptionContract("DriverConnectionError", meaning="the server cannot be reached"),
    ExceptionContract("DriverTimeoutError", meaning="no answer in time"),
    ExceptionContract("RateLimitError", meaning="429 after all retries", keywords=("retry_after",)),
    ExceptionContract("ObjectNotFoundError", meaning="404, 410 and unknown names", keywords=("suggestions",)),
    ExceptionContract("InvalidRequestError", meaning="other 4xx, missing and unknown arguments"),
    ExceptionContract("NotSupportedError", meaning="a verb that the API has not"),
    ExceptionContract("ServerError", meaning="5xx after all retries"),
    ExceptionContract("UnexpectedResponseError", meaning="broken JSON, repeated pages, an unexpected shape"),
)

_OBJECT = ParameterContract("object_name", annotation="str")
_DATA = ParameterContract("data", annotation="dict[str, Any]")
_RECORD_ID = ParameterContract("record_id", annotation="str | int")
_PARAMS = ParameterContract("params", "var_keyword")
_RECORD = "dict[str, Any]"

METHODS: Final = (
    MethodContract(
        "__init__",
        (
            ParameterContract("base_url", annotation="str", default=ANY),
            ParameterContract("headers", "keyword", "Mapping[str, str] | None", None, layered_only=True),
            ParameterContract("timeout", "keyword", "float", 30.0),
            ParameterContract("max_retries", "keyword", "int", 3),
            ParameterContract("transport", "keyword", "httpx2.BaseTransport | None", None),
        ),
        takes_credentials=True,
    ),
    MethodContract("from_env", (ParameterContract("overrides", "var_keyword"),), "Self", classmethod=True),
    MethodContract("get_capabilities", returns="DriverCapabilities"),
    MethodContract("list_objects", returns="list[str]"),
    MethodContract("get_fields", (_OBJECT,), "dict[str, dict[str, Any]]"),
    MethodContract(
        "read",
        (_OBJECT, ParameterContract("limit", "keyword", "int | None", None), _PARAMS),
        f"list[{_RECORD}]",
    ),
    MethodContract(
        "read_batched",
        (_OBJECT, ParameterContract("batch_size", "keyword", "int", 100), _PARAMS),
        f"Iterator[list[{_RECORD}]]",
    ),
    MethodContract("create", (_OBJECT, _DATA, _PARAMS), _RECORD),
    MethodContract("update", (_OBJECT, _RECORD_ID, _DATA, _PARAMS), _RECORD),
    MethodContract("delete", (_OBJECT, _RECORD_ID, _PARAMS)),
    MethodContract("list_operations", returns="list[str]"),
    MethodContract("call_operation", (ParameterContract("operation", annotation="str"), _PARAMS), "Any"),
    MethodContract(
        "call_endpoint",
        (
            ParameterContract("method", annotation="str"),
            ParameterContract("path", annotation="str"),
            ParameterContract("params", "keyword", default=None),
            ParameterContract("json", "keyword", default=None),
        ),
        "Any",
    ),
    MethodContract("check_connection"),
    MethodContract("close"),
)

CONTEXT_METHODS: Final = ("__enter__", "__exit__")
"""The driver is a context manager: these must exist, their signatures are Python's."""

MORE_METHODS: Final = frozenset({"with_options", "get_parameters", "iterate", "call_operation_raw"})
"""What the templates' drivers offer beside them; those of earlier versions, and of other authors, need not."""
TWIN_PREFIX: Final = "Async"
"""The class of the same methods as coroutines and asynchronous iterators is called so before the driver's name."""
TWIN_MODULE: Final = "async_client.py"
METHOD_NAMES: Final = frozenset(m.name for m in METHODS)
EXCEPTION_NAMES: Final = frozenset(e.name for e in EXCEPTIONS)
NETWORK_METHODS: Final = frozenset(
    {
        "read",
        "read_batched",
        "create",
        "update",
        "delete",
        "call_operation",
        "call_endpoint",
        "check_connection",
    }
)
"""Contract methods that talk to the API: never called at import or construction."""
