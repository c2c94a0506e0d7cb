"""Payment HSM operations: observe the estate, check it, and open the right ticket once."""

__version__ = "0.1.0"
