"""Requests that pages speak of: mentions, weighed and merged into endpoints."""
