//! Arithmetic on numbers as Python does it: floor division and modulo follow the divisor's sign, `/` always gives a
//! float, mixed operands compare exactly. Unlike Python's, whole numbers have 64 bits; leaving them is an error.

use std::cmp::Ordering;

use crate::ast::Operator;
use crate::fault::{Answer, Fault};
use crate::value::Number;

/// Largest exponent of a whole-number power.
const EXPONENT_MAX: i64 = 1024;
/// 2⁶³
const INT_LIMIT: f64 = 9_223_372_036_854_775_808.0;

#[expect(clippy::cast_precision_loss, reason = "rounds to nearest even, as Python does")]
pub(crate) fn as_float(value: i64) -> f64 {
    value as f64
}

/// The whole part; None if it does not fit (or is no number).
#[expect(clippy::cast_possible_truncation, reason = "checked first")]
pub(crate) fn truncated(value: f64) -> Option<i64> {
    (-INT_LIMIT..INT_LIMIT).contains(&value).then_some(value as i64)
}

impl Number {
    pub(crate) fn float(self) -> f64 {
        match self {
            Number::Int(value) => as_float(value),
            Number::Float(value) => value,
        }
    }
}

pub(crate) fn too_large() -> Fault {
    Fault::said("the result does not fit into a 64-bit whole number")
}

fn by_zero() -> Fault {
    Fault::said("division by zero")
}

pub(crate) fn operate(operator: Operator, left: Number, right: Number) -> Answer<Number> {
    if let (Number::Int(left), Number::Int(right)) = (left, right) {
        return operate_ints(operator, left, right);
    }
    let (left, right) = (left.float(), right.float());
    let divides = matches!(operator, Operator::Divide | Operator::FloorDivide | Operator::Modulo);
    if divides && right == 0.0 {
        return Err(by_zero());
    }
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::FloorDivide => floor_divide(left, right),
        Operator::Modulo => modulo(left, right),
        Operator::Power => power(left, right)?,
    };
    Ok(Number::Float(result))
}

fn operate_ints(operator: Operator, left: i64, right: i64) -> Answer<Number> {
    let divides = matches!(operator, Operator::Divide | Operator::FloorDivide | Operator::Modulo);
    if divides && right == 0 {
        return Err(by_zero());
    }
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide => return Ok(Number::Float(divide_ints(left, right))),
        Operator::FloorDivide => left.checked_div(right).map(|quotient| {
            let below = left % right != 0 && (left < 0) != (right < 0);
            quotient - i64::from(below)
        }),
        Operator::Modulo => {
            let rest = left.wrapping_rem(right);
            Some(if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest })
        }
        Operator::Power => return power_ints(left, right),
    };
    result.map(Number::Int).ok_or_else(too_large)
}

fn power_ints(base: i64, exponent: i64) -> Answer<Number> {
    if exponent < 0 {
        return power(as_float(base), as_float(exponent)).map(Number::Float);
    }
    if exponent > EXPONENT_MAX {
        return Err(Fault::said(format!("an exponent of a whole number must not be larger than {EXPONENT_MAX}")));
    }
    let exponent = u32::try_from(exponent).map_err(|_| too_large())?;
    base.checked_pow(exponent).map(Number::Int).ok_or_else(too_large)
}

fn power(base: f64, exponent: f64) -> Answer<f64> {
    if base == 0.0 && exponent < 0.0 {
        return Err(by_zero());
    }
    let finite = base.is_finite() && exponent.is_finite();
    if finite && base < 0.0 && exponent.fract() != 0.0 {
        return Err(Fault::said("a negative number has no fractional power"));
    }
    let result = base.powf(exponent);
    if finite && !result.is_finite() {
        return Err(Fault::said("the result is too large for a float"));
    }
    Ok(result)
}

/// The exact quotient, rounded once.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_wrap, reason = "the one rounding; the shift is below 128")]
fn divide_ints(left: i64, right: i64) -> f64 {
    const EXACT: u64 = 1 << 53;
    if left.unsigned_abs() <= EXACT && right.unsigned_abs() <= EXACT {
        return as_float(left) / as_float(right);
    }
    if left == 0 {
        return if right < 0 { -0.0 } else { 0.0 };
    }
    let numerator = u128::from(left.unsigned_abs());
    let shift = numerator.leading_zeros() - 1;
    let (numerator, denominator) = (numerator << shift, u128::from(right.unsigned_abs()));
    // At least 63 bits of quotient; the last one says whether anything is left over, so that halves round right.
    let quotient = (numerator / denominator) | u128::from(numerator % denominator != 0);
    let magnitude = quotient as f64 * 2.0_f64.powi(-(shift as i32));
    if (left < 0) == (right < 0) { magnitude } else { -magnitude }
}

/// The rest with the divisor's sign.
pub(crate) fn modulo(left: f64, right: f64) -> f64 {
    let rest = left % right;
    if rest == 0.0 {
        return 0.0_f64.copysign(right);
    }
    if (rest < 0.0) == (right < 0.0) { rest } else { rest + right }
}

fn floor_divide(left: f64, right: f64) -> f64 {
    let rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest != 0.0 && (rest < 0.0) != (right < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0.0_f64.copysign(left / right);
    }
    // The division above may have rounded just below a whole number.
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

/// None when one of them is no number (NaN).
pub(crate) fn compare(left: Number, right: Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        (Number::Float(left), Number::Float(right)) => left.partial_cmp(&right),
        (Number::Int(left), Number::Float(right)) => compare_mixed(left, right),
        (Number::Float(left), Number::Int(right)) => compare_mixed(right, left).map(Ordering::reverse),
    }
}

fn compare_mixed(left: i64, right: f64) -> Option<Ordering> {
    if right.is_nan() {
        return None;
    }
    let Some(whole) = truncated(right) else {
        return Some(if right > 0.0 { Ordering::Less } else { Ordering::Greater });
    };
    let by_fraction = 0.0.partial_cmp(&right.fract())?;
    Some(left.cmp(&whole).then(by_fraction))
}
