-- Where an act came from, as far as the network can tell; none for the command line and for what was noted before.
ALTER TABLE audit ADD COLUMN address inet;
