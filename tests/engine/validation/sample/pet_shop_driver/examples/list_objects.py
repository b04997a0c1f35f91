"""Print all objects of the API."""

from pet_shop_driver import PetShopDriver

if __name__ == "__main__":
    with PetShopDriver.from_env() as driver:
        for name in driver.list_objects():
            print(name, *driver.get_fields(name))
