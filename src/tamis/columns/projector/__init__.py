"""The projector: applies the change log and the passing of time to the projection."""
