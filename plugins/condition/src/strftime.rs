//! `strftime`: a moment as text, with the English names of the C locale.

use crate::budget::Budget;
use crate::calendar::{Moment, TimeTuple};
use crate::fault::{Answer, Fault};

pub(crate) const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Whether `%f` has a meaning: `time.strftime` knows no fractions of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fractions {
    Known,
    Unknown,
}

/// The moment in the given format. A directive outside the table is an error, where the C library would print it as it is.
pub(crate) fn format(format: &str, tuple: &TimeTuple, fractions: Fractions, budget: &mut Budget) -> Answer<String> {
    budget.read(format.len())?;
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c == '%' {
            budget.step()?;
            let directive = chars.next().ok_or_else(|| Fault::said("the format ends with a lone `%`"))?;
            directive_into(&mut out, directive, tuple, fractions)?;
        } else {
            out.push(c);
        }
    }
    budget.write(out.len())?;
    Ok(out)
}

fn directive_into(out: &mut String, directive: char, tuple: &TimeTuple, fractions: Fractions) -> Answer<()> {
    let Moment { year, month, day, hour, minute, second, microsecond } = tuple.moment;
    let sunday_first = (tuple.weekday + 1) % 7;
    let day_of_year = tuple.day_of_year - 1;
    let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    let day_name = name(&DAYS, tuple.weekday);
    let month_name = name(&MONTHS, month - 1);
    let (short_day, short_month) = (&day_name[..day_name.len().min(3)], &month_name[..month_name.len().min(3)]);
    let half = if hour < 12 { "AM" } else { "PM" };
    let time = || format!("{hour:02}:{minute:02}:{second:02}");
    let american = || format!("{month:02}/{day:02}/{:02}", year % 100);
    let piece = match directive {
        '%' => "%".to_owned(),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        'Y' => year.to_string(),
        'y' => format!("{:02}", year % 100),
        'm' => format!("{month:02}"),
        'd' => format!("{day:02}"),
        'e' => format!("{day:2}"),
        'H' => format!("{hour:02}"),
        'I' => format!("{hour12:02}"),
        'M' => format!("{minute:02}"),
        'S' => format!("{second:02}"),
        'f' if fractions == Fractions::Known => format!("{microsecond:06}"),
        'p' => half.to_owned(),
        'j' => format!("{:03}", tuple.day_of_year),
        'a' => short_day.to_owned(),
        'A' => day_name.to_owned(),
        'b' | 'h' => short_month.to_owned(),
        'B' => month_name.to_owned(),
        'u' => (tuple.weekday + 1).to_string(),
        'w' => sunday_first.to_string(),
        'U' => format!("{:02}", (day_of_year + 7 - sunday_first) / 7),
        'W' => format!("{:02}", (day_of_year + 7 - tuple.weekday) / 7),
        'c' => format!("{short_day} {short_month} {day:2} {} {year}", time()),
        'x' | 'D' => american(),
        'X' | 'T' => time(),
        'F' => format!("{year}-{month:02}-{day:02}"),
        'R' => format!("{hour:02}:{minute:02}"),
        'r' => format!("{hour12:02}:{minute:02}:{second:02} {half}"),
        other => return Err(unknown(other)),
    };
    out.push_str(&piece);
    Ok(())
}

fn name<'a>(names: &[&'a str], index: i64) -> &'a str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("?")
}

/// The complaint about a directive that is not in the table.
pub(crate) fn unknown(directive: char) -> Fault {
    Fault::said(format!("`%{}` in the format is not supported", directive.escape_debug()))
}
