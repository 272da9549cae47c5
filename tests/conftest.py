"""What every test may use: fixtures, service markers and the summary of services."""
