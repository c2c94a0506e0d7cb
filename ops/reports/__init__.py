"""From a run, a plan or an inventory to text. Every report is a function that returns a string and opens nothing."""
