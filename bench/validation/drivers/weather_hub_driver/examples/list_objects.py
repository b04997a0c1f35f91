"""Show all objects and their fields."""

from weather_hub_driver import WeatherHubDriver


def main() -> None:
    """Print one line an object."""
    with WeatherHubDriver.from_env() as driver:
        for name in driver.list_objects():
            print(name, ", ".join(driver.get_fields(name)))


if __name__ == "__main__":
    main()
