#!/usr/bin/env python3
"""Open the support tickets that failing checks call for, each once; without --apply only show them.

When:    a check fails and Microsoft has to act.
Needs:   Reader, and Support Request Contributor on the HSMs' subscriptions; a ProDirect, Premier or Unified support
         plan; support.contact in the configuration. Or --sandbox degraded, to try it.
Changes: nothing without --apply. With it: opens tickets; a cause that has an open ticket gets none.
Then:    exit 0 done; 6 a ticket could not be opened: the report says why, and what to do; 4 a cause may be hidden.
"""

import sys

from ops.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["tickets", "open", *sys.argv[1:]]))
