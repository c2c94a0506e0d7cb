#!/usr/bin/env python3
"""List the payment HSMs: where they stand, their state, their addresses, their pool.

When:    an audit asks for the list, or you are on call and need to know which HSM serves what.
Needs:   the role Reader on the subscriptions (or --sandbox degraded, to try it).
Changes: nothing.
Then:    exit 0 all was read; 4 something was not, or there is no HSM; 5 Azure was not reachable: az login.
"""

import sys

from ops.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["inventory", *sys.argv[1:]]))
