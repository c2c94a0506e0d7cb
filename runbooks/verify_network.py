#!/usr/bin/env python3
"""Verify how the payment HSMs hang on the network: delegation, NSG, tags, peered VNets, NICs, FastPath.

When:    an application cannot reach its HSM, or a VNet, a peering or a tag was changed.
Needs:   the role Reader on the subscriptions of the HSMs and of the VNets peered with theirs (or --sandbox degraded).
Changes: nothing.
Then:    exit 0 all holds; 3 something does not: paste the fix that stands below it; 4 not known.
"""

import sys

from ops.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["check", "--only", "PHSM-NET-*", "--only", "PHSM-SUB-*", *sys.argv[1:]]))
