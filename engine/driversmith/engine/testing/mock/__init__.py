"""The mock server: an API as its profile describes it. It shares no code with drivers."""
