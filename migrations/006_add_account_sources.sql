-- Which outside source a person, a department or a role comes from, and the key that it has there: a sync finds it again by them,
-- and a complete document speaks for the rows of its own source alone. What was made by hand has neither.
ALTER TABLE users ADD COLUMN source text;
CREATE INDEX users_source_idx ON users (source) WHERE source IS NOT NULL AND deleted_at IS NULL;

ALTER TABLE departments
    ADD COLUMN source text,
    ADD COLUMN external_key text,
    ADD CONSTRAINT departments_source_pair CHECK ((source IS NULL) = (external_key IS NULL));
CREATE UNIQUE INDEX departments_external_key ON departments (source, external_key) WHERE deleted_at IS NULL;

ALTER TABLE roles
    ADD COLUMN source text,
    ADD COLUMN external_key text,
    ADD CONSTRAINT roles_source_pair CHECK ((source IS NULL) = (external_key IS NULL));
CREATE UNIQUE INDEX roles_external_key ON roles (source, external_key) WHERE deleted_at IS NULL;
