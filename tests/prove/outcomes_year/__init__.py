"""A year of a firm whose truth is known, beside the engine that is to find it out."""
