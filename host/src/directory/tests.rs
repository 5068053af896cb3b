//! Documents against what is stored, without a database.

mod check;
mod plan;
mod properties;
mod table;
mod world;
