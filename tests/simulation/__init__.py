"""The seeded simulator: real stages over a real store, a fake clock, faulty providers and crashes.

What a person's phone really received is written down outside the engine, and every promise is held
against that. The same seed does the same thing to the last step.
"""
