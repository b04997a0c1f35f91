"""Read the first records."""

from book_store_driver import BookStoreDriver, DriverError


def main() -> None:
    """Print ten records, or what went wrong."""
    with BookStoreDriver.from_env() as driver:
        try:
            for record in driver.read("books", limit=10):
                print(record)
        except DriverError as error:
            print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
