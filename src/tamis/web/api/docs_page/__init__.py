"""The documentation of the API as a page, rendered from its description: `/v1/docs`."""
