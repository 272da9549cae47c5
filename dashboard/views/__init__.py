"""Pages: each view reads its address, makes one selector or service call, and renders."""
