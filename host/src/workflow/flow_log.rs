//! What a flow log entry's suggestion may hold (behaviour §1.13).

/// Characters that a suggestion may have.
const SUGGESTION_MAX: usize = 1000;
const CUT_AT: usize = 960;
/// Stored data, part of the contract with clients.
const CUT_MARK: &str = "...(超过字段定义长度,自动截断)";

/// A suggestion as stored: one that is too long keeps its first 960 characters and says so. NUL characters are left out,
/// since the database cannot hold them and a plugin's words may have them.
pub fn cut(suggestion: &str) -> String {
    let clean = || suggestion.chars().filter(|c| *c != '\0');
    if clean().count() <= SUGGESTION_MAX {
        clean().collect()
    } else {
        clean().take(CUT_AT).chain(CUT_MARK.chars()).collect()
    }
}
