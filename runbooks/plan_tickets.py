#!/usr/bin/env python3
"""Plan the support tickets that failing checks call for, for somebody to read and to approve.

When:    a check fails and Microsoft has to act.
Needs:   Reader, and Support Request Contributor on the HSMs' subscriptions. Or --sandbox degraded, to try it.
Changes: nothing in Azure. With --output plan.json it keeps the plan; which causes it saw goes into the ledger.
Then:    exit 0 the plan is whole: have it read, then run open_tickets.py --plan plan.json --apply within an hour; 4 a
         cause may be hidden, the rest is planned all the same; 5 Azure was not reachable: az login; 6 the ledger
         cannot be used: phsm ledger verify.
"""

import sys

from ops.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["tickets", "plan", *sys.argv[1:]]))
