"""The driver contract as data says what DESIGN section 4 says."""

from driversmith.engine.contract.surface import (
    EXCEPTION_NAMES,
    EXCEPTIONS,
    METHOD_NAMES,
    METHODS,
    NETWORK_METHODS,
)

SIGNATURES = """
def __init__(self, base_url: str = ..., *, <credentials>, headers: Mapping[str, str] | None = None, timeout: float = 30.0, max_retries: int = 3, transport: httpx2.BaseTransport | None = None) -> None
def from_env(cls, **overrides) -> Self
def get_capabilities(self) -> DriverCapabilities
def list_objects(self) -> list[str]
def get_fields(self, object_name: str) -> dict[str, dict[str, Any]]
def read(self, object_name: str, *, limit: int | None = None, **params) -> list[dict[str, Any]]
def read_batched(self, object_name: str, *, batch_size: int = 100, **params) -> Iterator[list[dict[str, Any]]]
def create(self, object_name: str, data: dict[str, Any], **params) -> dict[str, Any]
def update(self, object_name: str, record_id: str | int, data: dict[str, Any], **params) -> dict[str, Any]
def delete(self, object_name: str, record_id: str | int, **params) -> None
def list_operations(self) -> list[str]
def call_operation(self, operation: str, **params) -> Any
def call_endpoint(self, method: str, path: str, *, params=None, json=None) -> Any
def check_connection(self) -> None
def close(self) -> None
"""  # noqa: E501 - as the design writes them


def test_signatures_read_as_in_the_design() -> None:
    assert [m.signature for m in METHODS] == SIGNATURES.strip().splitlines()


def test_all_exceptions_but_the_base_stand_under_it() -> None:
    assert [e.name for e in EXCEPTIONS if e.base != "DriverError"] == ["DriverError"]
    assert len(EXCEPTION_NAMES) == 10


def test_network_methods_are_contract_methods() -> None:
    assert NETWORK_METHODS <= METHOD_NAMES
