"""The server for assistants, with the SDK's own client."""
