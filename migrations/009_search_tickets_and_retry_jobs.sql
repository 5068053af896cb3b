-- Tickets are searched by the values of custom fields; and a person may have a job tried afresh: `attempts` goes on counting, because
-- it fences off late results of earlier tries, and `forgiven` is how many of them do not count towards giving up.
CREATE INDEX tickets_fields_idx ON tickets USING gin (fields jsonb_path_ops) WHERE deleted_at IS NULL;
ALTER TABLE jobs ADD COLUMN forgiven integer NOT NULL DEFAULT 0
    CONSTRAINT jobs_forgiven CHECK (forgiven BETWEEN 0 AND attempts);
