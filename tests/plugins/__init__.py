"""What this suite adds to pytest: services, a second database, goldens."""
