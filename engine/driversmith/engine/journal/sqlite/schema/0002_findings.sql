-- What the checks said of a fault, beside the diagnosis of it: what a later session compares, and learning will need.

ALTER TABLE diagnostics ADD COLUMN findings TEXT NOT NULL DEFAULT '[]';
