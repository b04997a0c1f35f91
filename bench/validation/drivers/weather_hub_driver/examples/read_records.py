"""Read the first records."""

from weather_hub_driver import DriverError, WeatherHubDriver


def main() -> None:
    """Print ten records, or what went wrong."""
    with WeatherHubDriver.from_env() as driver:
        try:
            for record in driver.read("sensors", limit=10):
                print(record)
        except DriverError as error:
            print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
