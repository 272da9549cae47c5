#!/usr/bin/env python3
"""Entry point of every command: `python3 manage.py up`, `test`, `migrate`, ...

This file is read by whatever Python there is: nothing in it may be newer than Python 3.0.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit("Stave needs Python 3.11 or newer, and this is %d.%d." % sys.version_info[:2])

if os.name != "posix":
    sys.exit("Stave runs on Linux and macOS. On Windows, use it inside WSL.")

if __name__ == "__main__":
    from policy.launch.entry import main

    main(sys.argv)
