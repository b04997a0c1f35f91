"""Show all objects and their fields."""

from parcel_desk_driver import ParcelDeskDriver


def main() -> None:
    """Print one line an object."""
    with ParcelDeskDriver.from_env() as driver:
        for name in driver.list_objects():
            print(name, ", ".join(driver.get_fields(name)))


if __name__ == "__main__":
    main()
