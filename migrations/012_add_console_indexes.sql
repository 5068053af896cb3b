-- What the console asks: the overview counts open tickets by workflow and lists those that have waited longest, and the audit page
-- searches by who acted.
DROP INDEX tickets_open_idx;
CREATE INDEX tickets_open_idx ON tickets (workflow_id, created_at, id) WHERE status = 'ongoing' AND deleted_at IS NULL;
CREATE INDEX audit_actor_idx ON audit (actor, id DESC);
