-- A workflow as one document: its parts keep the keys that the document's author gave them, and the workflow says who changed it
-- last. A part without a key was made piece by piece; its key is derived from its id. Fields have a key of their own already.
ALTER TABLE workflows ADD COLUMN modified_by text NOT NULL DEFAULT '';
ALTER TABLE states ADD COLUMN document_key text;
ALTER TABLE transitions ADD COLUMN document_key text;
CREATE UNIQUE INDEX states_document_key_key ON states (workflow_id, document_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX transitions_document_key_key ON transitions (workflow_id, document_key) WHERE deleted_at IS NULL;
-- What is in use by open tickets must not be deleted (D-24): the question must not scan the finished ones.
CREATE INDEX tickets_open_idx ON tickets (workflow_id) WHERE status = 'ongoing' AND deleted_at IS NULL;
