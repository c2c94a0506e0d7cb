#!/usr/bin/env python3
"""Verify that every production pool survives the loss of a stamp.

When:    before a change to an HSM, after one, and each morning.
Needs:   the role Reader on the subscriptions (or --sandbox degraded, to try it).
Changes: nothing.
Then:    exit 0 it does; 3 it does not: the report says who acts, and open_tickets.py plans the tickets; 4 not known.
"""

import sys

from ops.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["check", "--only", "PHSM-HA-*", "--only", "PHSM-HSM-*", *sys.argv[1:]]))
