"""What people and programs look at: read models over the journal, as their principal sees it."""
