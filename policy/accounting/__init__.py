"""Pure accounting: integers in, integers out. No Django, no clock, no network."""
