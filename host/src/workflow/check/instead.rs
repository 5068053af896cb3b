//! What to write instead of what conditions of loonflow could hold and ours cannot (plugin-runtime §13): a hint for the place where a
//! mistake was found. Knows idioms, not the language; that is the condition plugin's.

use gavia_condition::Problem;

/// What stands where the mistake is, and what says the same in our language. The first that fits is told.
const AT: [(&str, &str); 21] = [
    ("&&", "`and`"),
    ("&", "`and`"),
    ("||", "`or`"),
    ("|", "`or`"),
    ("!", "`not`"),
    ("<>", "`!=`"),
    ("=", "`==`"),
    ("null", "`None`"),
    ("true", "`True`"),
    ("false", "`False`"),
    ("lambda", "the comparison itself, without a function around it"),
    ("for ", "each comparison of its own, joined by `and` or `or`, or `in` with a list"),
    ("__import__", "`datetime` or `time` without an import: both are there"),
    ("import", "`datetime` or `time` without an import: both are there"),
    ("datetime.now", "`datetime.datetime.now()`"),
    ("datetime.strptime", "`datetime.datetime.strptime(…)`"),
    ("timedelta", "`datetime.timedelta(…)`"),
    ("date.today", "`datetime.date.today()`"),
    ("re.", "`startswith`, `endswith` or `'part' in {field}`"),
    ("{{", "a list or a tuple: `{field} in ['a', 'b']`"),
    ("\\", "the expression in one piece: a line break needs no mark"),
];

/// Methods that texts and lists have in Python and not here.
const METHODS: [(&str, &str); 11] = [
    ("find", "`'part' in {field}`"),
    ("index", "`'part' in {field}`"),
    ("count", "`'part' in {field}`"),
    ("lstrip", "`strip()`"),
    ("rstrip", "`strip()`"),
    ("format", "the field inside the quoted text: `'{field}'`"),
    ("isnumeric", "`isdigit()`"),
    ("isdecimal", "`isdigit()`"),
    ("casefold", "`lower()`"),
    ("isoweekday", "`weekday()`, where Monday is 0"),
    ("get", "the field by its own key: `{key}`"),
];

/// None where there is nothing that says the same.
pub(super) fn instead(expression: &str, problem: &Problem) -> Option<String> {
    let rest = expression.get(problem.offset..)?;
    let told = |hint: &str| Some(format!("write {hint} instead"));
    if problem.message.contains("a prefix before a quoted text") {
        return told("the quoted text without its prefix; `{field}` inside it is the field's text");
    }
    if problem.message.contains("no attribute or index inside the braces") {
        return told("it behind the braces: `{field}[0]`");
    }
    if problem.message.contains("no format inside the braces") {
        return told("`{field}` alone, or `str({field})` for its text");
    }
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if problem.message.starts_with("there is no method") || problem.message.starts_with("there is no attribute") {
        let rest = rest.trim_start_matches('.');
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        return METHODS.iter().find(|(method, _)| *method == name).and_then(|(_, hint)| told(hint));
    }
    if let Some((_, hint)) = AT.iter().find(|(start, _)| is_at(rest, &word, start)) {
        return told(hint);
    }
    let is_bare = problem.message.contains("a field is written") && problem.message.contains(&format!("`{word}`"));
    if is_bare && !word.is_empty() { told(&format!("`{{{word}}}`, if the field of that key is meant")) } else { None }
}

/// A word is meant as a whole, a sign as it begins.
fn is_at(rest: &str, word: &str, start: &str) -> bool {
    if start.chars().all(char::is_alphabetic) { word == start } else { rest.starts_with(start) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_the_old_engine_are_told_what_to_write_instead() {
        for (expression, hint) in [
            ("{days} > 3 && {days} < 9", "write `and` instead"),
            ("{days} > 3 || {days} < 9", "write `or` instead"),
            ("{days} = 3", "write `==` instead"),
            ("{days} <> 3", "write `!=` instead"),
            ("{days} == null", "write `None` instead"),
            ("days > 3", "write `{days}`, if the field of that key is meant instead"),
            (
                "u'{note}' == u'x'",
                "write the quoted text without its prefix; `{field}` inside it is the field's text instead",
            ),
            ("'{note!r}' == 'x'", "write `{field}` alone, or `str({field})` for its text instead"),
            ("{note[0]} == 'x'", "write it behind the braces: `{field}[0]` instead"),
            ("{note}.find('x') > 0", "write `'part' in {field}` instead"),
            ("__import__('datetime').now()", "write `datetime` or `time` without an import: both are there instead"),
            ("datetime.now().hour > 3", "write `datetime.datetime.now()` instead"),
            ("{note} in {{'a': 1}}", "write a list or a tuple: `{field} in ['a', 'b']` instead"),
            ("lambda: True", "write the comparison itself, without a function around it instead"),
            (
                "any(x for x in {devs})",
                "write each comparison of its own, joined by `and` or `or`, or `in` with a list instead",
            ),
        ] {
            let problems = gavia_condition::check(expression, &["days", "note", "devs"]);
            let told = problems.first().and_then(|problem| instead(expression, problem));
            assert_eq!(told.as_deref(), Some(hint), "{expression}: {problems:?}");
        }
    }

    #[test]
    fn a_mistake_without_a_like_is_told_as_it_is() {
        for expression in ["{days} >", "({days}", "{ghost} > 1"] {
            let problems = gavia_condition::check(expression, &["days"]);
            assert_eq!(problems.first().and_then(|problem| instead(expression, problem)), None, "{expression}");
        }
    }
}
