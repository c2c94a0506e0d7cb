"""Frozen values that everything else speaks: standard library only, no I/O."""
