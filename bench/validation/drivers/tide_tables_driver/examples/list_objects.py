"""Show all objects and their fields."""

from tide_tables_driver import TideTablesDriver


def main() -> None:
    """Print one line an object."""
    with TideTablesDriver.from_env() as driver:
        for name in driver.list_objects():
            print(name, ", ".join(driver.get_fields(name)))


if __name__ == "__main__":
    main()
