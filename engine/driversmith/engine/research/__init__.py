"""From an API description to an ApiProfile."""
