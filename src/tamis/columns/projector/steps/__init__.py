"""What the steps of the pipeline do, one module for each."""
