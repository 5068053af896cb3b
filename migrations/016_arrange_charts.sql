-- Where an administrator put a state in the workflow's chart: its middle, in pixels. Without one it stands where the layout puts it.
ALTER TABLE states
    ADD COLUMN chart_x integer,
    ADD COLUMN chart_y integer,
    ADD CONSTRAINT states_chart CHECK ((chart_x IS NULL) = (chart_y IS NULL));
