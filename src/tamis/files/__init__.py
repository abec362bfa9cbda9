"""Reading contact files of any format and encoding: bytes become chunks of whole records in UTF-8."""
