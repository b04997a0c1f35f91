"""Real failure texts, and what the rules make of them."""

from typing import Any

import pytest
from driversmith.engine.diagnosis.context import FailureContext
from driversmith.engine.diagnosis.rules import OUTSIDE_THE_CODE, diagnose
from driversmith.engine.diagnosis.tables import tables
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.report import BehaviourResult

TRACE = 'Traceback (most recent call last):\n  File "/srv/app/pets_driver/client.py", line 88, in read\n    ...\n'

TEXTS: list[tuple[str, str]] = [
    # the model's API
    ("Error: 529 {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}", "model_overloaded"),
    ("anthropic._exceptions.OverloadedError: Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error'}}", "model_overloaded"),
    ("anthropic.APIStatusError: {'type': 'error', 'error': {'details': None, 'type': 'overloaded_error', 'message': 'Overloaded'}}", "model_overloaded"),
    ("Error code: 429 - {'error': {'type': 'rate_limit_error', 'details': 'enforced_spend_limit_reached'}}", "spend_limit"),
    ("Error: 400 {\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too low to access the Anthropic API.\"}}", "spend_limit"),
    ("openai.RateLimitError: Error code: 429 - You exceeded your current quota, please check your plan. insufficient_quota", "spend_limit"),
    ("anthropic.RateLimitError: Error code: 429 - {'type': 'rate_limit_error', 'message': 'This request would exceed 40,000 input tokens per minute'}", "rate_limited"),
    ("anthropic.AuthenticationError: Error code: 401 - {'error': {'type': 'authentication_error', 'message': 'invalid x-api-key'}}", "authentication"),
    ("TypeError: \"Could not resolve authentication method. Expected either api_key or auth_token to be set.\"", "authentication"),
    ("generate client.py: stop_reason=max_tokens after 8192 output tokens", "truncated_answer"),
    ("BadRequestError: prompt is too long: 215000 tokens > 200000 maximum", "truncated_answer"),
    ("anthropic.APITimeoutError: Request timed out.", "timeout"),
    ("anthropic.APIConnectionError: Connection error.", "network"),
    # formatting
    (TRACE + "SyntaxError: '(' was never closed", "syntax"),
    ("  File \"client.py\", line 3\n    def read(self:\n            ^\nSyntaxError: invalid syntax", "syntax"),
    ("IndentationError: unexpected indent (client.py, line 12)", "syntax"),
    ("TabError: inconsistent use of tabs and spaces in indentation", "syntax"),
    ("  File \"client.py\", line 1\n    ```python\n    ^\nSyntaxError: invalid syntax", "fence_or_prose"),
    ("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", "broken_json"),
    ("JSONDecodeError: Expecting ',' delimiter: line 14 column 3 (char 402)", "broken_json"),
    ("SyntaxError: Unexpected token '<', \"<!DOCTYPE html\" is not valid JSON", "broken_json"),
    ("requests.exceptions.JSONDecodeError: Extra data: line 2 column 1 (char 5)", "broken_json"),
    # names, imports, attributes
    ("ImportError: cannot import name 'PetError' from 'pets_driver.exceptions' (/srv/pets_driver/exceptions.py)", "missing_import"),
    ("ModuleNotFoundError: No module named 'pets_driver.models'", "missing_import"),
    ("ModuleNotFoundError: No module named 'requests'", "missing_import"),
    ("ImportError: attempted relative import with no known parent package", "missing_import"),
    ("ImportError: cannot import name 'A' from partially initialized module 'pets_driver.client' (most likely due to a circular import)", "missing_import"),
    ("ModuleNotFoundError: No module named 'httpx2'", "environment"),
    (TRACE + "NameError: name 'Iterator' is not defined", "undefined_name"),
    (TRACE + "UnboundLocalError: cannot access local variable 'page' where it is not associated with a value", "undefined_name"),
    (TRACE + "AttributeError: 'PetsDriver' object has no attribute '_session'", "wrong_attribute"),
    ("AttributeError: module 'httpx2' has no attribute 'AsyncHTTPClient'", "wrong_attribute"),
    ("AttributeError: 'PetsDriver' object has no attribute 'read_batched'", "missing_method"),
    ("TypeError: Can't instantiate abstract class PetsDriver with abstract method read", "missing_method"),
    (TRACE + "NotImplementedError", "missing_method"),
    (TRACE + "AttributeError: 'list' object has no attribute 'get'", "record_path"),
    ("TypeError: list indices must be integers or slices, not str", "record_path"),
    ("TypeError: 'NoneType' object is not iterable", "record_path"),
    (TRACE + "KeyError: 'data'", "record_path"),
    ("TypeError: string indices must be integers, not 'str'", "record_path"),
    ("TypeError: unhashable type: 'dict'", "list_objects_shape"),
    ("AssertionError: list_objects() returned dicts, expected list[str]", "list_objects_shape"),
    ("TypeError: PetsDriver.read() got an unexpected keyword argument 'limit'", "wrong_signature"),
    ("TypeError: __init__() missing 1 required positional argument: 'api_key'", "wrong_signature"),
    ("RuntimeWarning: coroutine 'PetsDriver.read' was never awaited", "wrong_signature"),
    # paging, tests
    ("UnexpectedResponseError: the same page came twice: cursor 'abc'", "pagination_loops"),
    ("read-all-pages: expected 230 records but got 100", "pagination_stops_early"),
    ("FAILED tests/test_client.py::test_read - AssertionError: assert 3 == 4", "wrong_test_or_example"),
    ("FAIL: test_read (test_client.ReadTest.test_read)\nTraceback (most recent call last):\nAssertionError: 1 != 2\nRan 3 tests", "wrong_test_or_example"),
    ("E       assert 200 == 201\nE        +  where 200 = <Response>.status_code", "wrong_test_or_example"),
    ("collected 0 items\n\nno tests ran in 0.02s", "wrong_test_or_example"),
    # the target API
    ("httpx2.HTTPStatusError: Client error '401 Unauthorized' for url 'https://api.example.com/v1/pets'", "authentication"),
    ("401 Unauthorized", "authentication"),
    ("{\"message\": \"Bad credentials\", \"documentation_url\": \"https://docs.github.com/rest\"}", "authentication"),
    ("requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://api.example.com/admin", "permission"),
    ("{\"error\": {\"status\": 403, \"message\": \"Insufficient permissions\"}}", "permission"),
    ("requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: https://api.example.com", "rate_limited"),
    ("pets_driver.exceptions.RateLimitError: rate limit exceeded, retry after 30 s", "rate_limited"),
    ("httpx2.HTTPStatusError: Client error '404 Not Found' for url 'https://api.example.com/v2/pets'", "not_found"),
    ("404 Not Found for url https://api.example.com/health", "invented_endpoint"),
    ("405 Method Not Allowed", "invented_endpoint"),
    ("httpx2.HTTPStatusError: Server error '500 Internal Server Error' for url 'https://api.example.com'", "server_fault"),
    ("502 Bad Gateway", "server_fault"),
    ("HTTP 503 Service Unavailable", "server_fault"),
    ("504 Gateway Time-out", "timeout"),
    # the way to it
    ("ConnectionRefusedError: [Errno 111] Connection refused", "network"),
    ("httpx2.ConnectError: All connection attempts failed", "network"),
    ("socket.gaierror: [Errno -2] Name or service not known", "network"),
    ("requests.exceptions.ConnectionError: HTTPSConnectionPool(host='x'): Max retries exceeded (Caused by NameResolutionError)", "network"),
    ("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate", "network"),
    ("http.client.RemoteDisconnected: Remote end closed connection without response", "network"),
    ("httpx2.RemoteProtocolError: peer closed connection without sending complete message body", "network"),
    ("httpx2.ReadTimeout: The read operation timed out", "timeout"),
    ("asyncio.exceptions.TimeoutError", "timeout"),
    # descriptions, machine
    ("no OpenAPI description was found at https://api.example.com", "description_missing"),
    ("yaml.scanner.ScannerError: mapping values are not allowed here", "description_broken"),
    ("OSError: [Errno 28] No space left on device: '/home/u/driversmith/pets_driver'", "output_not_writable"),
    ("PermissionError: [Errno 13] Permission denied: '/opt/drivers'", "output_not_writable"),
    ("OSError: [Errno 30] Read-only file system: '/mnt/x'", "output_not_writable"),
    ("sqlite3.OperationalError: database is locked", "environment"),
    ("MemoryError", "environment"),
    ("OSError: [Errno 98] Address already in use", "environment"),
    ("error: externally-managed-environment", "environment"),
    ("subprocess exited with exit code 137 (Killed)", "environment"),
    ("asyncio.exceptions.CancelledError", "cancelled"),
    ("KeyboardInterrupt", "cancelled"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), TEXTS, ids=range(len(TEXTS)))
def test_a_failure_text_names_its_fault(text: str, kind: str) -> None:
    diagnosis = diagnose(FailureContext(message=text))
    assert diagnosis.fault_kind == kind, diagnosis
    assert diagnosis.evidence
    assert diagnosis.confidence >= 0.4
    assert "{" not in diagnosis.root_cause.replace('{"', "").replace("{'", "") or "{" in text


@pytest.mark.parametrize(("text", "kind"), TEXTS, ids=range(len(TEXTS)))
def test_the_same_fault_is_known_from_a_log(text: str, kind: str) -> None:
    log = ["INFO starting", "INFO GET https://api.example.com/pets", *text.splitlines()]
    assert diagnose(FailureContext(log=tuple(log))).fault_kind == kind
