//! Arithmetic with dates and spans: what `+ - * / // %` mean for them, and `datetime.timedelta(…)`.
//! Products and quotients with floats are computed from the float's exact value and rounded half to even, as Python does.

use crate::ast::Operator;
use crate::calendar::{Delta, MICROS_PER_DAY, MICROS_PER_SECOND};
use crate::fault::{Answer, Fault};
use crate::number::{as_float, operate, truncated};
use crate::value::{Number, Value};

/// `left operator right` where at least one is a date, a datetime or a timedelta.
pub(crate) fn operate_dates(operator: Operator, left: &Value, right: &Value) -> Answer<Value> {
    use Operator::{Add, Subtract};
    match (operator, left, right) {
        (Add, Value::DateTime(at), Value::Delta(delta)) | (Add, Value::Delta(delta), Value::DateTime(at)) => {
            at.plus(*delta).map(Value::DateTime)
        }
        (Add, Value::Date(day), Value::Delta(delta)) | (Add, Value::Delta(delta), Value::Date(day)) => {
            day.plus(*delta).map(Value::Date)
        }
        (Subtract, Value::DateTime(at), Value::Delta(delta)) => at.plus(negated(*delta)?).map(Value::DateTime),
        (Subtract, Value::Date(day), Value::Delta(delta)) => day.plus_days(-delta.parts().0).map(Value::Date),
        (Subtract, Value::DateTime(later), Value::DateTime(earlier)) => Ok(Value::Delta(later.since(*earlier))),
        (Subtract, Value::Date(later), Value::Date(earlier)) => Ok(Value::Delta(later.since(*earlier))),
        (_, Value::Delta(left), Value::Delta(right)) => deltas(operator, *left, *right),
        (_, Value::Delta(delta), number) | (Operator::Multiply, number, Value::Delta(delta)) => {
            let number = number.number().ok_or(Fault::Kinds)?;
            scaled(operator, *delta, number).map(Value::Delta)
        }
        _ => Err(Fault::Kinds),
    }
}

pub(crate) fn negated(delta: Delta) -> Answer<Delta> {
    Delta::from_wide(-i128::from(delta.micros))
}

fn deltas(operator: Operator, left: Delta, right: Delta) -> Answer<Value> {
    let (wide_left, wide_right) = (i128::from(left.micros), i128::from(right.micros));
    match operator {
        Operator::Add => Delta::from_wide(wide_left + wide_right).map(Value::Delta),
        Operator::Subtract => Delta::from_wide(wide_left - wide_right).map(Value::Delta),
        Operator::Modulo => match operate(operator, Number::Int(left.micros), Number::Int(right.micros))? {
            Number::Int(micros) => Ok(Value::Delta(Delta { micros })),
            Number::Float(_) => Err(Fault::Kinds),
        },
        Operator::Divide | Operator::FloorDivide => {
            operate(operator, Number::Int(left.micros), Number::Int(right.micros)).map(Value::from)
        }
        Operator::Multiply | Operator::Power => Err(Fault::Kinds),
    }
}

fn scaled(operator: Operator, delta: Delta, number: Number) -> Answer<Delta> {
    let micros = i128::from(delta.micros);
    match (operator, number) {
        (Operator::Multiply, Number::Int(factor)) => Delta::from_wide(micros * i128::from(factor)),
        (Operator::Multiply, Number::Float(factor)) => {
            let ratio = Ratio::of(factor)?;
            // |micros| < 2⁶³ and |top| < 2⁵³, so the product fits.
            let product = micros * ratio.top;
            Delta::from_wide(if ratio.shift >= 0 {
                shifted(product, ratio.shift)?
            } else {
                halved(product, -ratio.shift)
            })
        }
        (Operator::Divide | Operator::FloorDivide, Number::Int(0)) => Err(Fault::said("division by zero")),
        (Operator::Divide, Number::Int(divisor)) => Delta::from_wide(divided(micros, i128::from(divisor))),
        (Operator::FloorDivide, Number::Int(divisor)) => {
            let divisor = i128::from(divisor);
            let quotient = micros / divisor;
            let below = micros % divisor != 0 && (micros < 0) != (divisor < 0);
            Delta::from_wide(quotient - i128::from(below))
        }
        (Operator::Divide, Number::Float(divisor)) => {
            let ratio = Ratio::of(divisor)?;
            if ratio.top == 0 {
                return Err(Fault::said("division by zero"));
            }
            if ratio.shift >= 0 {
                // A divisor beyond 2¹²⁶ leaves nothing of any span.
                let divisor = shifted(ratio.top, ratio.shift).unwrap_or(i128::MAX);
                Delta::from_wide(divided(micros, divisor))
            } else {
                Delta::from_wide(divided(shifted(micros, -ratio.shift)?, ratio.top))
            }
        }
        _ => Err(Fault::Kinds),
    }
}

/// A float as `top · 2^shift`, exactly, with an odd `top` (or 0).
struct Ratio {
    top: i128,
    shift: i32,
}

impl Ratio {
    fn of(value: f64) -> Answer<Self> {
        if !value.is_finite() {
            return Err(Fault::said("a span of time cannot be scaled by an infinite or undefined number"));
        }
        let bits = value.to_bits();
        let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
        let fraction = i128::from(bits & ((1 << 52) - 1));
        let (top, shift) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
        if top == 0 {
            return Ok(Ratio { top, shift: 0 });
        }
        let zeros = top.trailing_zeros();
        let top = top >> zeros;
        let shift = shift + i32::try_from(zeros).unwrap_or(0);
        Ok(Ratio { top: if value < 0.0 { -top } else { top }, shift })
    }
}

fn shifted(value: i128, left: i32) -> Answer<i128> {
    let too_long = || Fault::said("the span of time is longer than 292,000 years");
    if value == 0 {
        return Ok(0);
    }
    let factor = 1_i128
        .checked_shl(u32::try_from(left).unwrap_or(u32::MAX))
        .filter(|factor| *factor > 0)
        .ok_or_else(too_long)?;
    // One bit is kept free, so that the sign can be turned round.
    value.checked_mul(factor).filter(|product| product.unsigned_abs() < 1 << 126).ok_or_else(too_long)
}

/// `value / 2^right`, rounded half to even.
fn halved(value: i128, right: i32) -> i128 {
    // |value| < 2¹¹⁶: anything beyond is nearer to 0 than to 1.
    if right > 120 { 0 } else { divided(value, 1 << right) }
}

/// Rounded half to even; the divisor is not 0.
fn divided(value: i128, divisor: i128) -> i128 {
    let (value, divisor) = if divisor < 0 { (-value, -divisor) } else { (value, divisor) };
    let below = value.div_euclid(divisor);
    let rest = value.rem_euclid(divisor);
    let other = divisor - rest;
    let up = rest > other || (rest == other && below % 2 != 0);
    below + i128::from(up)
}

/// Argument names of `datetime.timedelta`, in its order, with their length in microseconds.
pub(crate) const UNITS: [(&str, i64); 7] = [
    ("days", MICROS_PER_DAY),
    ("seconds", MICROS_PER_SECOND),
    ("microseconds", 1),
    ("milliseconds", 1000),
    ("minutes", 60 * MICROS_PER_SECOND),
    ("hours", 3600 * MICROS_PER_SECOND),
    ("weeks", 7 * MICROS_PER_DAY),
];

/// `datetime.timedelta(…)` from one number per unit. Fractions of a microsecond are summed and rounded once, at the end.
pub(crate) fn delta(amounts: [Option<Number>; 7]) -> Answer<Delta> {
    // Small units first: the order in which Python sums the fractions.
    const ORDER: [usize; 7] = [2, 3, 1, 4, 5, 0, 6];
    let mut whole: i128 = 0;
    let mut fractions = 0.0;
    for index in ORDER {
        let unit = UNITS[index].1;
        match amounts[index] {
            None => {}
            Some(Number::Int(amount)) => whole += i128::from(amount) * i128::from(unit),
            Some(Number::Float(amount)) => {
                let too_long = || Fault::said("the span of time is longer than 292,000 years");
                let amount_whole = truncated(amount).ok_or_else(too_long)?;
                whole += i128::from(amount_whole) * i128::from(unit);
                let rest = amount.fract() * as_float(unit);
                whole += i128::from(truncated(rest).ok_or_else(too_long)?);
                fractions += rest.fract();
            }
        }
    }
    // A half goes to the even sum, not to the even fraction.
    let odd = if whole % 2 == 0 { 0.0 } else { 1.0 };
    let rounded = (fractions + odd).round_ties_even() - odd;
    Delta::from_wide(whole + i128::from(truncated(rounded).unwrap_or(0)))
}
