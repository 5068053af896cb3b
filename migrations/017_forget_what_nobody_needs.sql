-- The delivery logs of notices are kept for a while, as those of hooks are.
CREATE INDEX notice_deliveries_created_idx ON notice_deliveries (created_at);
CREATE INDEX notice_recipients_created_idx ON notice_recipients (created_at);
-- A component that nothing can run any more keeps its name and loses its bytes; the same upload brings them back.
ALTER TABLE components ALTER COLUMN bytes DROP NOT NULL;
