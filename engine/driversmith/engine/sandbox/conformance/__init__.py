"""What every Sandbox must do, whichever way it isolates: the suite of the port, run by the tests and by
`driversmith doctor --self-check`. Whatever dies, spins or fills memory does so in a child, and within limits."""
