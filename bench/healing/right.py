"""The right files for an API: what a model that understood everything writes beside the templates' plumbing."""

from collections.abc import Mapping

from driversmith.engine.contract.naming import DriverNames

from .apis import Api

PARTS = ("client", "readme", "list_objects", "read_records")


def part_paths(package: str) -> dict[str, str]:
    """The path of each part that a model writes."""
    return {
        "client": f"{package}/client.py",
        "readme": "README.md",
        "list_objects": "examples/list_objects.py",
        "read_records": "examples/read_records.py",
    }


def right_files(api: Api, names: DriverNames, template: Mapping[str, str]) -> dict[str, str]:
    """Path -> text of the four files; `template` has the templates' own."""
    paths = part_paths(names.package)
    return {
        paths["client"]: _client(api, template[paths["client"]]),
        paths["readme"]: _readme(api, names, template[paths["readme"]]),
        paths["list_objects"]: template[paths["list_objects"]].replace("; nothing is sent.", ", without a request."),
        paths["read_records"]: template[paths["read_records"]].replace("Read the first", "Print the first"),
    }


def _client(api: Api, template: str) -> str:
    """The templates' client with a method for each object."""
    text = template.replace(": what a caller needs.", f": {api.title} in its own words.", 1)
    text = text.replace(_TRANSPORT, f"{_TRANSPORT}from .types import Record\n", 1)
    return text + "".join(_method(api, name) for name in api.collections)


def _method(api: Api, name: str) -> str:
    given = api.collections[name].given
    arguments = "".join(f"{argument}: str, " for argument in given)
    passed = "".join(f", {argument}={argument}" for argument in given)
    return (
        f"\n    def all_{name}(self, {arguments}limit: int | None = None) -> list[Record]:\n"
        f'        """The {name}, in the order of the API, or the first `limit` of them."""\n'
        f'        return self.read("{name}", limit=limit{passed})\n'
    )


def _readme(api: Api, names: DriverNames, template: str) -> str:
    name = next(iter(api.collections))
    given = "".join(f'{argument}="{value}", ' for argument, value in api.collections[name].given.items())
    section = (
        f"## Good to know\n\nIn this API {api.quirk}; the driver minds that by itself.\n\n"
        f"```python\nfrom {names.package} import {names.class_name}\n\n"
        f"with {names.class_name}.from_env() as driver:\n"
        f"    print(len(driver.all_{name}({given}limit=20)))\n```\n\n"
    )
    return template.replace("## Files\n", section + "## Files\n", 1)


_TRANSPORT = "from ._transport import Transport\n"
