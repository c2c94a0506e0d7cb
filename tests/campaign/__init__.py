"""The proof that a ticket is opened once, whatever goes wrong: ``python -m tests.campaign [--short] [--jobs N]``."""
