"""Claude over the Messages API: `model.AnthropicModel`."""
