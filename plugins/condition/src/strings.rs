//! The methods of texts.

use std::rc::Rc;

use crate::arguments::Given;
use crate::budget::Budget;
use crate::fault::{Answer, Fault};
use crate::names::Method;
use crate::numerals::{is_digit, is_space};
use crate::sequence;
use crate::value::Value;

/// `text.method(…)`
pub(crate) fn call(text: &Rc<str>, method: Method, given: Given<'_>, budget: &mut Budget) -> Answer<Value> {
    budget.read(text.len())?;
    match method {
        Method::Lower => {
            given.none()?;
            made(text.to_lowercase(), budget)
        }
        Method::Upper => {
            given.none()?;
            made(text.to_uppercase(), budget)
        }
        Method::IsDigit => {
            given.none()?;
            Ok(Value::Bool(!text.is_empty() && text.chars().all(is_digit)))
        }
        Method::Strip => strip(text, given, budget),
        Method::Split => split(text, given, budget),
        Method::Replace => replace(text, given, budget),
        Method::StartsWith => affix(text, given, budget, |text, part| text.starts_with(part)),
        Method::EndsWith => affix(text, given, budget, |text, part| text.ends_with(part)),
        Method::Date | Method::Strftime | Method::Timestamp | Method::Weekday | Method::TotalSeconds => {
            Err(Fault::Kinds)
        }
    }
}

fn made(text: String, budget: &mut Budget) -> Answer<Value> {
    budget.write(text.len())?;
    Ok(Value::Text(text.into()))
}

fn strip(text: &str, given: Given<'_>, budget: &mut Budget) -> Answer<Value> {
    let [chars] = given.positional(0)?;
    match chars {
        None | Some(Value::None) => made(text.trim_matches(is_space).to_owned(), budget),
        Some(Value::Text(chars)) => {
            budget.read(chars.len())?;
            let mut set: Vec<char> = chars.chars().collect();
            set.sort_unstable();
            let kept = text.trim_matches(|c| set.binary_search(&c).is_ok());
            made(kept.to_owned(), budget)
        }
        Some(_) => Err(Fault::Kinds),
    }
}

fn split(text: &str, given: Given<'_>, budget: &mut Budget) -> Answer<Value> {
    let [separator, most] = given.bound(&["sep", "maxsplit"], 0)?;
    let most = match most {
        None => -1,
        Some(value) => value.whole().ok_or(Fault::Kinds)?,
    };
    // The number of pieces; a negative limit is none.
    let most = usize::try_from(most).map_or(usize::MAX, |most| most.saturating_add(1));
    let mut pieces = Vec::new();
    let mut add = |piece: &str| -> Answer<()> {
        budget.read(piece.len())?;
        pieces.push(Value::text(piece));
        Ok(())
    };
    match separator {
        None | Some(Value::None) => {
            let mut rest = text.trim_start_matches(is_space);
            let mut count = 1;
            while !rest.is_empty() {
                let end = if count >= most { rest.len() } else { rest.find(is_space).unwrap_or(rest.len()) };
                add(&rest[..end])?;
                rest = rest[end..].trim_start_matches(is_space);
                count += 1;
            }
        }
        Some(Value::Text(separator)) if separator.is_empty() => {
            return Err(Fault::said("the separator of split() is empty"));
        }
        Some(Value::Text(separator)) => {
            for piece in text.splitn(most, &*separator) {
                add(piece)?;
            }
        }
        Some(_) => return Err(Fault::Kinds),
    }
    Ok(Value::List(pieces.into()))
}

fn replace(text: &str, given: Given<'_>, budget: &mut Budget) -> Answer<Value> {
    let [old, new, most] = given.positional(2)?;
    let (Some(Value::Text(old)), Some(Value::Text(new))) = (old, new) else {
        return Err(Fault::Kinds);
    };
    let most = match most {
        None => -1,
        Some(value) => value.whole().ok_or(Fault::Kinds)?,
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let count = text.matches(&*old).take(most).count();
    let kept = text.len() - count * old.len();
    budget.write(kept.saturating_add(count.saturating_mul(new.len())))?;
    Ok(Value::Text(text.replacen(&*old, &new, count).into()))
}

/// `startswith` and `endswith`: one text or a tuple of texts, and perhaps the bounds of the part to look at.
fn affix(text: &Rc<str>, given: Given<'_>, budget: &mut Budget, matches: fn(&str, &str) -> bool) -> Answer<Value> {
    let [wanted, from, to] = given.positional(1)?;
    let len = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let from = bound(from.as_ref(), 0, len)?;
    let to = bound(to.as_ref(), len, len)?.min(len);
    let bounds = [Some(Value::Int(from)), Some(Value::Int(to)), None];
    let Value::Text(part) = sequence::sliced(&Value::Text(Rc::clone(text)), &bounds, budget)? else {
        return Err(Fault::Kinds);
    };
    let candidates: Rc<[Value]> = match wanted {
        Some(Value::Tuple(candidates)) => candidates,
        Some(one @ Value::Text(_)) => [one].into(),
        _ => return Err(Fault::Kinds),
    };
    for candidate in candidates.iter() {
        let Value::Text(candidate) = candidate else {
            return Err(Fault::Kinds);
        };
        budget.read(candidate.len())?;
        // In a part that ends before it starts not even the empty text is found.
        if from <= to && matches(&part, candidate) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// A bound of `startswith` or `endswith` as a distance from the start; it may lie beyond the end.
fn bound(given: Option<&Value>, otherwise: i64, len: i64) -> Answer<i64> {
    match given {
        None | Some(Value::None) => Ok(otherwise),
        Some(value) => match value.whole().ok_or(Fault::Kinds)? {
            negative if negative < 0 => Ok(negative.saturating_add(len).max(0)),
            bound => Ok(bound),
        },
    }
}
