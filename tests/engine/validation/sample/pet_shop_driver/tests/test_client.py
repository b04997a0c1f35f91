"""Tests of the driver against a transport in memory."""

import unittest

import httpx2
from pet_shop_driver import PetShopDriver


class ReadTest(unittest.TestCase):
    """Reading."""

    def setUp(self) -> None:
        self.driver = PetShopDriver(api_key="test-key", transport=httpx2.MockTransport(self.answer))

    def tearDown(self) -> None:
        self.driver.close()

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Two pages of pets."""
        page = int(request.url.params.get("page_number", 1))
        return httpx2.Response(200, json=[{"id": page}] if page < 3 else [])

    def test_read_gives_all_pages(self) -> None:
        self.assertEqual(self.driver.read("pets"), [{"id": 1}, {"id": 2}])


if __name__ == "__main__":
    unittest.main()
