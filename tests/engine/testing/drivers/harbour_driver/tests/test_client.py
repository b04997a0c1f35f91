"""The driver's own tests."""

import unittest

import httpx2
from harbour_driver import HarbourDriver


class ReadTest(unittest.TestCase):
    def test_records_come_from_the_envelope(self) -> None:
        transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json={"data": [{"id": 1}]}))
        with HarbourDriver(transport=transport) as driver:
            self.assertEqual(driver.read("ships"), [{"id": 1}])


if __name__ == "__main__":
    unittest.main()
