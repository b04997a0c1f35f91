"""What every Journal must do: the suite of the port, run by the tests and by `driversmith doctor --self-check`."""
