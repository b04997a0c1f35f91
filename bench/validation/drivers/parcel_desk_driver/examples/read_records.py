"""Read the first records."""

from parcel_desk_driver import DriverError, ParcelDeskDriver


def main() -> None:
    """Print ten records, or what went wrong."""
    with ParcelDeskDriver.from_env() as driver:
        try:
            for record in driver.read("parcels", limit=10):
                print(record)
        except DriverError as error:
            print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
