"""What stands below `if TYPE_CHECKING:` is for type checkers: it may be without a body, and import what they alone know."""

import pytest
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.validation.inspection import inspect

CODES = {"stub-function", "import-not-allowed"}
SOURCE = """from typing import TYPE_CHECKING

{condition}:
    from {module} import TypeVar

    class Shown:
        def read(self) -> int: ...
{after}
"""


def found(
    driver: dict[str, str], condition: str = "if TYPE_CHECKING", module: str = "typing_extensions", after: str = ""
) -> set[str]:
    text = SOURCE.format(condition=condition, module=module, after=after)
    findings: list[Finding] = list(inspect({**driver, "pet_shop_driver/_shown.py": text}, whole=True))
    return {f.code for f in findings if f.file == "pet_shop_driver/_shown.py"} & CODES


def test_it_is_no_stub_and_no_foreign_import(driver: dict[str, str]) -> None:
    assert found(driver) == set()


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"condition": "if not TYPE_CHECKING"}, CODES),
        ({"condition": "if True"}, CODES),
        ({"module": "attrs"}, {"import-not-allowed"}),
        ({"after": "else:\n    def read() -> int: ..."}, {"stub-function"}),
    ],
)
def test_what_runs_is_judged(driver: dict[str, str], more: dict[str, str], codes: set[str]) -> None:
    assert found(driver, **more) == codes


def test_the_values_of_a_parameter_are_no_parameters(driver: dict[str, str]) -> None:
    operations = ApiProfile.model_validate_json(driver["profile.json"]).operations.values()
    known = next(names for o in operations if len(names := [p.name for p in o.parameters]) > 1)[:2]
    row = ", ".join(f'"{name}"' for name in (*known, "no_such_name"))

    def told(text: str) -> list[str]:
        findings = inspect({**driver, "pet_shop_driver/_kinds.py": text}, whole=True)
        return [f.code for f in findings if (f.code, f.file) == ("invented-parameter", "pet_shop_driver/_kinds.py")]

    assert told(f"from typing import Literal\n\nKind = Literal[{row}]\n") == []
    assert told(f"NAMES = ({row})\n") == ["invented-parameter"]
