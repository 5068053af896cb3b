//! People, departments and roles as an outside source (a personnel system, a spreadsheet) sends them in one document: its shape, what
//! makes it unfit, and the plan that turns what is stored into what it says. Pure: SQL is in `store::directory`, the transaction in
//! `app::directory`.
//!
//! - Rows are found by user name, and by the source's own key for departments and roles. What was made by hand joins the source
//!   when the document names it: a user by name, a role by its name, a department by the key in its label (behaviour §1.3). What
//!   belongs to another source is left alone, but for users, who belong to the source that named them last.
//! - A key that is left out keeps what is stored; an empty value or null clears it. `parent` is the exception: without one a
//!   department stands at the top, so that the tree is always the document's. Memberships in departments and roles of others stay.
//! - Nothing is deleted. People of the source who are not in a complete document become inactive; departments and roles stay.
//! - An import neither makes administrators nor changes whether one is active.

mod check;
mod document;
mod plan;
mod problems;
mod report;
mod stored;
mod table;
#[cfg(test)]
mod tests;

pub use check::check;
pub use document::{BYTES_MAX, Department, Document, Role, SOURCE, USERS_MAX, User};
pub use plan::{DepartmentRow, Plan, Ref, RoleRow, UserRow, plan};
pub use problems::{List, Place, Problem, Problems};
pub use report::{Groups, Memberships, Report, Tally, Users};
pub use stored::{Stored, StoredDepartment, StoredRole, StoredUser};
pub use table::{Table, TableError};
