"""How an API serves its pages: one text for the mock server and for the fakes that drivers bring.

Comments of `#:` in it are for drivers: lines between them go where the API has no use for them.
"""
