"""What an author says of the facts: a claim, judged by quotes and live reads, and all that follows from what is kept."""
