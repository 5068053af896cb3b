//! The gavia binary.
fn main() {}
