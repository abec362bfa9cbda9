"""Files of people as they come: bytes become chunks of whole records in UTF-8."""
