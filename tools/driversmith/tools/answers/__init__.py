"""How answers are told: shaped, paged, and cut to what a chat takes."""
