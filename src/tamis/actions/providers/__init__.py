"""What providers report: verifying and reading their requests, and what becomes of the reports (decision 0057)."""
