"""Show all objects and their fields."""

from book_store_driver import BookStoreDriver


def main() -> None:
    """Print one line an object."""
    with BookStoreDriver.from_env() as driver:
        for name in driver.list_objects():
            print(name, ", ".join(driver.get_fields(name)))


if __name__ == "__main__":
    main()
