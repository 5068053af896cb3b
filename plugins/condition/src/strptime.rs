//! `strptime`: text to a moment. Follows CPython's reading: the same spellings of each directive, tried in the same order,
//! the leftmost match wins and must reach the end; English names, any case; a run of blanks matches a run of blanks.

use crate::budget::Budget;
use crate::calendar::{Date, DateTime, Moment, TimeTuple};
use crate::fault::{Answer, Fault};
use crate::numerals::{decimal, is_space};
use crate::strftime::{DAYS, MONTHS, unknown};

/// What a format consists of.
enum Item {
    Literal(char),
    Blanks,
    Directive(char),
}

/// What the directives found, each once.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: Option<i64>,
    hour12: Option<i64>,
    afternoon: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    microsecond: Option<i64>,
    weekday: Option<i64>,
    day_of_year: Option<i64>,
}

/// `time.strptime`
pub(crate) fn tuple(text: &str, format: &str, budget: &mut Budget) -> Answer<TimeTuple> {
    let found = read(text, format, budget)?;
    found.resolved()
}

/// `datetime.datetime.strptime`
pub(crate) fn datetime(text: &str, format: &str, budget: &mut Budget) -> Answer<DateTime> {
    DateTime::new(tuple(text, format, budget)?.moment)
}

fn read(text: &str, format: &str, budget: &mut Budget) -> Answer<Found> {
    budget.read(text.len() + format.len())?;
    let items = items(format)?;
    let chars: Vec<char> = text.chars().collect();
    match matched(&items, &chars, Found::default(), budget)? {
        Some((found, [])) => Ok(found),
        _ => Err(Fault::said("the text does not match the format of strptime()")),
    }
}

fn items(format: &str) -> Answer<Vec<Item>> {
    let mut items = Vec::new();
    let mut seen: Vec<char> = Vec::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if is_space(c) {
            while chars.next_if(|c| is_space(*c)).is_some() {}
            items.push(Item::Blanks);
        } else if c == '%' {
            let directive = chars.next().ok_or_else(|| Fault::said("the format ends with a lone `%`"))?;
            let directives: &str = match directive {
                '%' => {
                    items.push(Item::Literal('%'));
                    continue;
                }
                'c' => "a b d H:M:S Y",
                'x' => "m/d/y",
                'X' => "H:M:S",
                'a' | 'A' | 'b' | 'B' | 'd' | 'f' | 'H' | 'I' | 'j' | 'm' | 'M' | 'p' | 'S' | 'w' | 'y' | 'Y' => {
                    push_directive(directive, &mut items, &mut seen)?;
                    continue;
                }
                other => return Err(unknown(other)),
            };
            for c in directives.chars() {
                match c {
                    ' ' => items.push(Item::Blanks),
                    ':' | '/' => items.push(Item::Literal(c)),
                    directive => push_directive(directive, &mut items, &mut seen)?,
                }
            }
        } else {
            items.push(Item::Literal(c));
        }
    }
    Ok(items)
}

/// Each directive at most once, which also bounds the recursion of [`matched`].
fn push_directive(directive: char, items: &mut Vec<Item>, seen: &mut Vec<char>) -> Answer<()> {
    if seen.contains(&directive) {
        return Err(Fault::said(format!("`%{directive}` stands twice in the format")));
    }
    seen.push(directive);
    items.push(Item::Directive(directive));
    Ok(())
}

type Match<'a> = Option<(Found, &'a [char])>;

/// The first way to match all items, and what is left of the text.
fn matched<'a>(items: &[Item], chars: &'a [char], found: Found, budget: &mut Budget) -> Answer<Match<'a>> {
    budget.step()?;
    let mut chars = chars;
    for (index, item) in items.iter().enumerate() {
        match item {
            Item::Literal(wanted) => match chars.split_first() {
                Some((c, rest)) if same_letter(*c, *wanted) => chars = rest,
                _ => return Ok(None),
            },
            Item::Blanks => {
                let len = chars.iter().take_while(|c| is_space(**c)).count();
                if len == 0 {
                    return Ok(None);
                }
                chars = &chars[len..];
            }
            Item::Directive(directive) => {
                for (value, len) in readings(*directive, chars) {
                    let mut found = found;
                    found.set(*directive, value);
                    if let Some(end) = matched(&items[index + 1..], &chars[len..], found, budget)? {
                        return Ok(Some(end));
                    }
                }
                return Ok(None);
            }
        }
    }
    Ok(Some((found, chars)))
}

fn same_letter(left: char, right: char) -> bool {
    left == right || left.to_lowercase().eq(right.to_lowercase()) || left.to_uppercase().eq(right.to_uppercase())
}

/// The values that a directive can read at the start of the text, with their lengths, in the order to try.
fn readings(directive: char, chars: &[char]) -> Vec<(i64, usize)> {
    match directive {
        'a' => names(&DAYS, 3, chars),
        'A' => names(&DAYS, usize::MAX, chars),
        'b' => names(&MONTHS, 3, chars),
        'B' => names(&MONTHS, usize::MAX, chars),
        'p' => names(&["AM", "PM"], usize::MAX, chars),
        directive => spellings(directive).iter().filter_map(|spelling| number(spelling, chars)).collect(),
    }
}

fn names(names: &[&str], len_max: usize, chars: &[char]) -> Vec<(i64, usize)> {
    let reads =
        |name: &str| name.len() <= chars.len() && name.chars().zip(chars).all(|(wanted, c)| same_letter(*c, wanted));
    let shortened = names.iter().map(|name| &name[..name.len().min(len_max)]);
    shortened.zip(0..).filter(|(name, _)| reads(name)).map(|(name, index)| (index, name.len())).collect()
}

/// How a directive's number may be spelled: two signs a character, the first and the last digit allowed there; `**` is a
/// digit of any script.
fn spellings(directive: char) -> &'static [&'static str] {
    match directive {
        'd' => &["3301", "12**", "0019", "19", "  19"],
        'f' => &["090909090909", "0909090909", "09090909", "090909", "0909", "09"],
        'H' => &["2203", "01**", "**"],
        'I' | 'm' => &["1102", "0019", "19"],
        'j' => &["336606", "3305**", "12****", "0019**", "000019", "19**", "0019", "19"],
        'M' => &["05**", "**"],
        'S' => &["6601", "05**", "**"],
        'w' => &["06"],
        'y' => &["****"],
        'Y' => &["********"],
        _ => &[],
    }
}

fn number(spelling: &str, chars: &[char]) -> Option<(i64, usize)> {
    let len = spelling.len() / 2;
    let mut value = 0;
    for (range, c) in spelling.as_bytes().chunks_exact(2).zip(chars.get(..len)?) {
        let digit = decimal(*c);
        let fits = match range {
            b"**" => digit.is_some(),
            _ => u8::try_from(*c).is_ok_and(|byte| (range[0]..=range[1]).contains(&byte)),
        };
        if !fits {
            return None;
        }
        value = value * 10 + i64::from(digit.unwrap_or(0));
    }
    if spelling.starts_with("09") {
        // A fraction of a second: the digits are its first ones.
        value = (len..6).fold(value, |value, _| value * 10);
    }
    Some((value, len))
}

impl Found {
    fn set(&mut self, directive: char, value: i64) {
        match directive {
            'Y' => self.year = Some(value),
            // POSIX: 69 to 99 are of the last century.
            'y' => self.year = Some(value + if value < 69 { 2000 } else { 1900 }),
            'm' => self.month = Some(value),
            'b' | 'B' => self.month = Some(value + 1),
            'd' => self.day = Some(value),
            // Of both kinds of hours the later one counts.
            'H' => (self.hour, self.hour12) = (Some(value), None),
            'I' => (self.hour, self.hour12) = (None, Some(value)),
            'p' => self.afternoon = Some(value),
            'M' => self.minute = Some(value),
            'S' => self.second = Some(value),
            'f' => self.microsecond = Some(value),
            'a' | 'A' => self.weekday = Some(value),
            'w' => self.weekday = Some((value + 6) % 7),
            'j' => self.day_of_year = Some(value),
            _ => {}
        }
    }

    fn resolved(self) -> Answer<TimeTuple> {
        let (mut month, mut day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        // 29 February without a year is read in a leap year, and then carries the year 1900 like any date without one.
        let in_leap_year = self.year.is_none() && month == 2 && day == 29;
        let mut year = self.year.unwrap_or(if in_leap_year { 1904 } else { 1900 });
        let (date, day_of_year) = match self.day_of_year {
            None => {
                let date = Date::new(year, month, day)?;
                (date, date.day_of_year())
            }
            Some(day_of_year) => {
                let date = Date::new(year, 1, 1)?.plus_days(day_of_year - 1)?;
                (year, month, day) = date.civil();
                (date, day_of_year)
            }
        };
        if in_leap_year {
            year = 1900;
        }
        let hour = match (self.hour12, self.hour) {
            (Some(hour12), _) => hour12 % 12 + if self.afternoon == Some(1) { 12 } else { 0 },
            (None, hour) => hour.unwrap_or(0),
        };
        Ok(TimeTuple {
            moment: Moment {
                year,
                month,
                day,
                hour,
                minute: self.minute.unwrap_or(0),
                second: self.second.unwrap_or(0),
                microsecond: self.microsecond.unwrap_or(0),
            },
            weekday: self.weekday.unwrap_or_else(|| date.weekday()),
            day_of_year,
            is_dst: -1,
        })
    }
}
