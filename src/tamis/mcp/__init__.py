"""The server for assistants (Model Context Protocol): tools over the API, for reading and, if allowed, for writing."""
