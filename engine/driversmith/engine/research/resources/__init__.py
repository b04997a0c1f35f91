"""What an API is about: collections, their records, how they are identified and paged."""
