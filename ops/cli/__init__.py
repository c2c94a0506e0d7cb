"""The command line: words in, text and an exit code out. One file per command group."""
