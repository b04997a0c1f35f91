"""The driver against a server in memory."""

import unittest

import httpx2
from parcel_desk_driver import InvalidRequestError, ObjectNotFoundError, ParcelDeskDriver, ServerError

RECORDS = [{"id": "1"}, {"id": "2"}]


class DriverTest(unittest.TestCase):
    """What the driver makes of answers."""

    def setUp(self) -> None:
        self.status = 200
        transport = httpx2.MockTransport(self.answer)
        self.driver = ParcelDeskDriver(api_key="test-api_key", max_retries=0, transport=transport)

    def tearDown(self) -> None:
        self.driver.close()

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Two records, or nothing but a status."""
        if self.status != 200:
            return httpx2.Response(self.status)
        return httpx2.Response(200, json={"items": RECORDS})

    def test_records_are_read(self) -> None:
        self.assertEqual(self.driver.read("parcels", limit=2), RECORDS)

    def test_unknown_names_are_refused(self) -> None:
        with self.assertRaises(ObjectNotFoundError):
            self.driver.read("nothing")
        with self.assertRaises(InvalidRequestError):
            self.driver.read("parcels", colour="red")

    def test_a_server_that_fails_is_an_error(self) -> None:
        self.status = 500
        with self.assertRaises(ServerError):
            self.driver.read("parcels")


if __name__ == "__main__":
    unittest.main()
