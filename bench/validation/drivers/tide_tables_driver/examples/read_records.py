"""Read the first records."""

from tide_tables_driver import DriverError, TideTablesDriver


def main() -> None:
    """Print ten records, or what went wrong."""
    with TideTablesDriver.from_env() as driver:
        try:
            for record in driver.read("stations", limit=10):
                print(record)
        except DriverError as error:
            print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
