//! Uploads and decisions on a database.
