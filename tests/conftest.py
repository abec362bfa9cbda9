"""Settings that all tests share."""

from hypothesis import settings

# The tests draw new examples in every run; a failure prints the blob that replays it. No test may depend on time.
settings.register_profile("ci", deadline=None, derandomize=False, print_blob=True, max_examples=100)
settings.load_profile("ci")
