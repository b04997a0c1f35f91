"""The units of the catalogue, one family a file; `facts.catalogue` lists them."""
