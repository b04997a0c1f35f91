"""Print the first pets."""

from pet_shop_driver import DriverError, PetShopDriver

if __name__ == "__main__":
    with PetShopDriver.from_env() as driver:
        try:
            print(driver.read("pets", limit=5))
        except DriverError as error:
            print(error, error.details)
