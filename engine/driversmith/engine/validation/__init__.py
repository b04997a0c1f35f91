"""Static checks of driver files."""
