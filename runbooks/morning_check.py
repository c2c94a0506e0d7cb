#!/usr/bin/env python3
"""Run the whole check: high availability, network attachment, registrations; who has to act, and how.

When:    each morning, by hand or as a scheduled job, and first of all when payments fail.
Needs:   the role Reader on the subscriptions of the HSMs and of the VNets peered with theirs (or --sandbox degraded).
Changes: nothing.
Then:    exit 0 all holds; 3 something fails: the report says who acts; 4 something could not be read, so it is not
         known; 5 Azure was not reachable: az login. Where Microsoft has to act: open_tickets.py.
"""

import sys

from ops.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["check", *sys.argv[1:]]))
