-- Whose a session, a diagnosis or a count is. What earlier versions made belongs to the user that they ran as.

ALTER TABLE sessions ADD COLUMN principal TEXT NOT NULL DEFAULT 'local';
ALTER TABLE diagnostics ADD COLUMN principal TEXT NOT NULL DEFAULT 'local';
ALTER TABLE counts ADD COLUMN principal TEXT NOT NULL DEFAULT 'local';
CREATE INDEX sessions_by_principal ON sessions (principal, number);
CREATE INDEX diagnostics_by_principal ON diagnostics (principal, id);
