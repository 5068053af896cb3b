//! `round()`: half to even, and exact, because it works on the number's decimal digits and not on a product.

use crate::fault::{Answer, Fault};
use crate::number::{too_large, truncated};

/// `round(x)`
pub(crate) fn to_whole(value: f64) -> Answer<i64> {
    if !value.is_finite() {
        return Err(Fault::said("round() cannot make a whole number of this float"));
    }
    truncated(value.round_ties_even()).ok_or_else(too_large)
}

/// `round(x, places)` of a float. More places than a float can tell apart leave it as it is.
pub(crate) fn float_to_places(value: f64, places: i64) -> Answer<f64> {
    const PLACES_MAX: i64 = 323;
    const PLACES_MIN: i64 = -308;
    if !value.is_finite() || places > PLACES_MAX || value == 0.0 {
        return Ok(value);
    }
    if places < PLACES_MIN {
        return Ok(0.0_f64.copysign(value));
    }
    let rounded = match usize::try_from(places) {
        Ok(places) => format!("{value:.places$}").parse().unwrap_or(value),
        Err(_) => to_power_of_ten(value, places.unsigned_abs()),
    };
    if f64::is_finite(rounded) { Ok(rounded) } else { Err(Fault::said("the rounded value is too large for a float")) }
}

/// Rounds away the last `zeros` digits before the decimal point.
fn to_power_of_ten(value: f64, zeros: u64) -> f64 {
    let whole = value.abs().trunc();
    let has_fraction = whole < value.abs();
    let digits = format!("{whole:.0}");
    let zeros = usize::try_from(zeros).unwrap_or(usize::MAX);
    let Some(kept_len) = digits.len().checked_sub(zeros) else {
        return 0.0_f64.copysign(value);
    };
    let (kept, cut) = digits.split_at(kept_len);
    let kept_is_odd = kept.bytes().last().is_some_and(|digit| digit % 2 == 1);
    let up = match cut.bytes().next() {
        Some(b'5') => kept_is_odd || has_fraction || cut.bytes().skip(1).any(|digit| digit != b'0'),
        first => first > Some(b'5'),
    };
    let kept = if kept.is_empty() { "0" } else { kept };
    let kept = if up { plus_one(kept) } else { kept.to_owned() };
    let rounded: f64 = format!("{kept}e{zeros}").parse().unwrap_or(value.abs());
    rounded.copysign(value)
}

fn plus_one(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let nines = digits.len() - kept.len();
    let mut up = match kept.char_indices().next_back() {
        None => "1".to_owned(),
        Some((at, last)) => {
            let next = last.to_digit(10).and_then(|digit| char::from_digit(digit + 1, 10)).unwrap_or('9');
            format!("{}{next}", &kept[..at])
        }
    };
    up.push_str(&"0".repeat(nines));
    up
}

/// `round(x, places)` of a whole number.
pub(crate) fn int_to_places(value: i64, places: i64) -> Answer<i64> {
    if places >= 0 {
        return Ok(value);
    }
    let Some(unit) =
        u32::try_from(places.unsigned_abs()).ok().filter(|zeros| *zeros < 20).map(|zeros| 10_i128.pow(zeros))
    else {
        return Ok(0);
    };
    let value = i128::from(value);
    let below = value.div_euclid(unit);
    let rest = value.rem_euclid(unit);
    let up = rest * 2 > unit || (rest * 2 == unit && below % 2 != 0);
    i64::try_from((below + i128::from(up)) * unit).map_err(|_| too_large())
}
