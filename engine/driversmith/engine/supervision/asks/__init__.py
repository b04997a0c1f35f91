"""A session's way to a model: journalled, within its budgets, or by the calling agent."""
