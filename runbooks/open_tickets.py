#!/usr/bin/env python3
"""Open the support tickets that somebody approved, each once, and tell on open ones what is new.

When:    a plan was made with plan_tickets.py --output plan.json, was read, and is right: --plan plan.json --apply.
         At night, and alone: without --plan it decides anew and does at once what it decides.
Needs:   Reader, and Support Request Contributor on the HSMs' subscriptions; a ProDirect, Premier or Unified support
         plan; support.contact in the configuration. Or --sandbox degraded, to try it.
Changes: nothing without --apply. With it: opens tickets, writes on open ones, and records all of it in the ledger.
Then:    exit 0 done, or not needed any more; 2 the plan was changed or is too old: plan again; 4 a cause may be hidden; 6 a
         ticket could not be opened: the report says why, and where the draft lies, ready for the portal.
"""

import sys

from ops.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["tickets", "open", *sys.argv[1:]]))
