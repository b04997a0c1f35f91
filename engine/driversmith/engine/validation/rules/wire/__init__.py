"""Rules about what goes over the wire: requests, paging, answers, as the API has them."""
