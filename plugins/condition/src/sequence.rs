//! Texts, lists and tuples as sequences: joining, repeating, indexing, slicing, going through them. Texts count in
//! characters, and a negative index counts from the end.

use std::rc::Rc;

use crate::budget::Budget;
use crate::compare;
use crate::fault::{Answer, Fault};
use crate::value::Value;

/// Everything in it, one by one; a text gives its characters.
pub(crate) fn each(value: &Value, budget: &mut Budget) -> Answer<Rc<[Value]>> {
    let items: Rc<[Value]> = match value {
        Value::Text(text) => {
            budget.items(text.chars().count())?;
            let mut buffer = [0; 4];
            text.chars().map(|c| Value::text(c.encode_utf8(&mut buffer))).collect()
        }
        other => {
            let items = compare::items(other).ok_or(Fault::Kinds)?;
            budget.items(items.len())?;
            items
        }
    };
    Ok(items)
}

/// `len(value)`
pub(crate) fn length(value: &Value, budget: &mut Budget) -> Answer<usize> {
    match value {
        Value::Text(text) => {
            budget.read(text.len())?;
            Ok(text.chars().count())
        }
        Value::List(items) | Value::Tuple(items) => Ok(items.len()),
        Value::TimeTuple(tuple) => Ok(tuple.numbers().len()),
        _ => Err(Fault::Kinds),
    }
}

/// `left + right`
pub(crate) fn joined(left: &Value, right: &Value, budget: &mut Budget) -> Answer<Value> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            budget.write(left.len() + right.len())?;
            Ok(Value::Text([&**left, &**right].concat().into()))
        }
        (Value::List(left), Value::List(right)) => Ok(Value::List(chained(left, right, budget)?)),
        (Value::Tuple(left), Value::Tuple(right)) => Ok(Value::Tuple(chained(left, right, budget)?)),
        _ => Err(Fault::Kinds),
    }
}

fn chained(left: &[Value], right: &[Value], budget: &mut Budget) -> Answer<Rc<[Value]>> {
    budget.items(left.len() + right.len())?;
    Ok(left.iter().chain(right).cloned().collect())
}

/// `value * count`; a negative count counts as 0.
pub(crate) fn repeated(value: &Value, count: i64, budget: &mut Budget) -> Answer<Value> {
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    let mut many = |items: &Rc<[Value]>| -> Answer<Rc<[Value]>> {
        let total = items.len().saturating_mul(count);
        budget.items(total)?;
        Ok(items.iter().cycle().take(total).cloned().collect())
    };
    match value {
        Value::List(items) => Ok(Value::List(many(items)?)),
        Value::Tuple(items) => Ok(Value::Tuple(many(items)?)),
        Value::Text(text) => {
            let count = if text.is_empty() { 0 } else { count };
            budget.write(text.len().saturating_mul(count))?;
            Ok(Value::text(&text.repeat(count)))
        }
        _ => Err(Fault::Kinds),
    }
}

/// `value[index]`
pub(crate) fn indexed(value: &Value, index: &Value, budget: &mut Budget) -> Answer<Value> {
    let items = elements(value, budget)?;
    let len = items.len();
    let index = index.whole().ok_or_else(|| Fault::said("an index must be a whole number"))?;
    let from_start = if index < 0 { index.saturating_add_unsigned(len as u64) } else { index };
    usize::try_from(from_start)
        .ok()
        .and_then(|at| items.get(at))
        .ok_or_else(|| Fault::said("there is no item at this index"))
}

/// `value[from:to:step]`
pub(crate) fn sliced(value: &Value, bounds: &[Option<Value>; 3], budget: &mut Budget) -> Answer<Value> {
    let items = elements(value, budget)?;
    let [from, to, step] = bounds.each_ref().map(|bound| bound_number(bound.as_ref()));
    let step = step?.unwrap_or(1);
    if step == 0 {
        return Err(Fault::said("the step of a slice must not be 0"));
    }
    let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
    // Where a slice may begin and end: one place further when it runs backwards.
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clamp = |bound: i64| if bound < 0 { bound.saturating_add(len) } else { bound }.clamp(low, high);
    let (first, end) = if step > 0 { (low, high) } else { (high, low) };
    let first = from?.map_or(first, clamp);
    let end = to?.map_or(end, clamp);
    let mut picked = Vec::new();
    let mut at = first;
    while if step > 0 { at < end } else { at > end } {
        picked.push(usize::try_from(at).unwrap_or(0));
        at = at.saturating_add(step);
    }
    items.picked(&picked, budget)
}

fn bound_number(bound: Option<&Value>) -> Answer<Option<i64>> {
    match bound {
        None | Some(Value::None) => Ok(None),
        Some(value) => value.whole().map(Some).ok_or_else(|| Fault::said("a bound of a slice must be a whole number")),
    }
}

enum Elements {
    Chars(Vec<char>),
    List(Rc<[Value]>),
    Tuple(Rc<[Value]>),
}

fn elements(value: &Value, budget: &mut Budget) -> Answer<Elements> {
    match value {
        Value::Text(text) => {
            budget.read(text.len())?;
            Ok(Elements::Chars(text.chars().collect()))
        }
        Value::List(items) => Ok(Elements::List(Rc::clone(items))),
        other => compare::items(other).map(Elements::Tuple).ok_or(Fault::Kinds),
    }
}

impl Elements {
    fn len(&self) -> usize {
        match self {
            Elements::Chars(chars) => chars.len(),
            Elements::List(items) | Elements::Tuple(items) => items.len(),
        }
    }

    fn get(&self, at: usize) -> Option<Value> {
        match self {
            Elements::Chars(chars) => chars.get(at).map(|c| Value::text(c.encode_utf8(&mut [0; 4]))),
            Elements::List(items) | Elements::Tuple(items) => items.get(at).cloned(),
        }
    }

    /// At most as many places as there are elements.
    fn picked(&self, places: &[usize], budget: &mut Budget) -> Answer<Value> {
        match self {
            Elements::Chars(chars) => {
                let text: String = places.iter().filter_map(|at| chars.get(*at)).collect();
                budget.write(text.len())?;
                Ok(Value::text(&text))
            }
            Elements::List(items) | Elements::Tuple(items) => {
                budget.items(places.len())?;
                let picked = places.iter().filter_map(|at| items.get(*at)).cloned().collect();
                Ok(if matches!(self, Elements::List(_)) { Value::List(picked) } else { Value::Tuple(picked) })
            }
        }
    }
}
