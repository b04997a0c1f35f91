"""One JSON value out of a model's answer: `answers.recover_json`."""
