"""What stands between a model's answers and the driver: `extraction.extract_file`, `json_answers.recover_json`, `fixers.fixing.fix`."""
