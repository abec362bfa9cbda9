"""The answers of the API as frozen records."""
