"""Providers nobody here wrote, fetched for the run and never committed.

`parts` fetches and starts them, `openapi` makes a specification of Google's discovery document, `spoiling`
spoils requests on their way.
"""
