"""The types of request and response bodies: what the API's description is made from."""
