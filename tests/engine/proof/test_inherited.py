"""What was proven of the templates' driver holds for one that leaves reading to the templates' code."""

import pytest
from driversmith.engine.models.driver import DriverBundle, DriverFile
from driversmith.engine.models.report import LiveRead, LiveReport
from driversmith.engine.proof.inherited import reads_as_the_templates_do, with_proven

BASE = "class DriverBase:\n    def read(self): ...\n    def _pages(self): ...\n"
CLIENT = '''"""Ships."""

from ._base import DriverBase
from ._transport import Transport


class ShipsDriver(DriverBase):
    """Reads ships."""

    def __init__(self, base_url="x"):
        super().__init__(Transport(base_url))
'''
OWN = "\n    @property\n    def heaviest(self):\n        return max(self.read('ships'))\n"


def bundle(client: str, *more: DriverFile, author: str = "model") -> DriverBundle:
    files = (
        DriverFile(path="ships_driver/_base.py", text=BASE),
        DriverFile.model_validate({"path": "ships_driver/client.py", "text": client, "author": author}),
        *more,
    )
    return DriverBundle(project="ships_driver", class_name="ShipsDriver", files=files)


TEMPLATE = bundle(CLIENT, author="template")


@pytest.mark.parametrize("client", [CLIENT, CLIENT + OWN, CLIENT.replace("class", "LIMIT = 100\n\n\nclass", 1) + OWN])
def test_methods_of_its_own_leave_reading_as_it_was(client: str):
    readme = DriverFile(path="README.md", text="# Ships", author="model")
    assert reads_as_the_templates_do(bundle(client, readme), TEMPLATE)


@pytest.mark.parametrize(
    "client",
    [
        CLIENT + "\n    def read(self):\n        return []\n",
        CLIENT + "\n    def _pages(self):\n        return []\n",
        CLIENT + "\n    def __getattribute__(self, name):\n        return None\n",
        CLIENT + "\n    read = None\n",
        CLIENT.replace("Transport(base_url)", "Mine(base_url)"),
        CLIENT + "\n\nDriverBase.read = None\n",
        CLIENT + "\n\ndef Transport(url):\n    return None\n",
        CLIENT + "\n\ndef late(x=setattr(DriverBase, 'read', None)):\n    return x\n",
        CLIENT + "\n    @register\n    def other(self):\n        return 1\n",
        CLIENT + "\n\nif True:\n    pass\n",
        "class ShipsDriver(:",
    ],
)
def test_whatever_may_replace_what_is_inherited_proves_nothing(client: str):
    assert not reads_as_the_templates_do(bundle(client), TEMPLATE)


def test_a_module_of_others_beside_the_client_proves_nothing():
    assert not reads_as_the_templates_do(
        bundle(CLIENT, DriverFile(path="ships_driver/_records.py", text="", author="model")), TEMPLATE
    )


def test_own_reads_come_before_what_was_proven():
    own = LiveReport(reads=(LiveRead(object_name="ships", ok=False, error="HTTP 500"),), untried={"ports": "used up"})
    proven = LiveReport(reads=(LiveRead(object_name="ships", ok=True), LiveRead(object_name="ports", ok=True)))
    both = with_proven(own, proven)
    assert [(read.object_name, read.ok) for read in both.reads] == [("ships", False), ("ports", True)]
    assert both.untried == {}
