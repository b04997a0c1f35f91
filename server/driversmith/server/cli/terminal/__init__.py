"""What a person sees: lines, progress, results, and how a command is left."""
