//! Text to tokens. Knows literals, placeholders and operator signs; which words mean something is the parser's business.
//! Follows Python's lexical rules for what it accepts, except that a line break is a blank everywhere.

use crate::Problem;
use crate::literal::{self, Part};

/// Longest expression, in bytes.
pub(crate) const EXPRESSION_MAX: usize = 4096;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    Int(i64),
    Float(f64),
    Text(Vec<Part<'a>>),
    /// A keyword, or the name of a function, method, attribute or argument.
    Name(&'a str),
    /// `{name}`
    Field(&'a str),
    Sign(&'static str),
    End,
}

#[derive(Clone, Debug)]
pub(crate) struct Lexeme<'a> {
    pub(crate) token: Token<'a>,
    /// In bytes from the start of the expression.
    pub(crate) offset: usize,
}

/// Longest first, so that `**` is not read as `*` twice.
const SIGNS: [&str; 21] =
    ["**", "//", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", ".", ":", "="];

/// Words that Python lets follow a number without a blank.
const WORDS_AFTER_NUMBER: [&str; 7] = ["and", "else", "if", "in", "is", "or", "not"];

pub(crate) struct Lexer<'a> {
    pub(crate) source: &'a str,
    pub(crate) at: usize,
}

/// All tokens of an expression, ending with [`Token::End`].
pub(crate) fn tokens(source: &str) -> Result<Vec<Lexeme<'_>>, Problem> {
    if source.len() > EXPRESSION_MAX {
        return Err(Problem::at(EXPRESSION_MAX, format!("the expression is longer than {EXPRESSION_MAX} bytes")));
    }
    let mut lexer = Lexer { source, at: 0 };
    let mut lexemes = Vec::new();
    loop {
        let lexeme = lexer.next()?;
        let ended = lexeme.token == Token::End;
        lexemes.push(lexeme);
        if ended {
            return Ok(lexemes);
        }
    }
}

impl<'a> Lexer<'a> {
    pub(crate) fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn next(&mut self) -> Result<Lexeme<'a>, Problem> {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c'));
        let offset = self.at;
        let token = match self.peek() {
            None => Token::End,
            Some('\'' | '"') => Token::Text(literal::text(self)?),
            Some('{') => self.field()?,
            Some('}') => return Err(Problem::at(offset, "`}` closes nothing")),
            Some(c) if c.is_ascii_digit() => self.number()?,
            Some('.') if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number()?,
            Some(c) if c.is_alphabetic() || c == '_' => self.name()?,
            Some(c) => self.sign(c)?,
        };
        Ok(Lexeme { token, offset })
    }

    fn name(&mut self) -> Result<Token<'a>, Problem> {
        let offset = self.at;
        let name = self.take_while(|c| c.is_alphanumeric() || c == '_');
        let is_prefix = name.len() <= 2 && name.chars().all(|c| "rRbBuUfF".contains(c));
        if is_prefix && matches!(self.peek(), Some('\'' | '"')) {
            return Err(Problem::at(offset, format!("a prefix before a quoted text is not supported: `{name}`")));
        }
        Ok(Token::Name(name))
    }

    fn sign(&mut self, first: char) -> Result<Token<'a>, Problem> {
        let rest = self.rest();
        let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) else {
            return Err(Problem::at(self.at, format!("the character `{}` has no meaning here", first.escape_debug())));
        };
        self.at += sign.len();
        Ok(Token::Sign(sign))
    }

    fn field(&mut self) -> Result<Token<'a>, Problem> {
        if self.rest().starts_with("{{") {
            return Err(Problem::at(self.at, "braces outside a quoted text: a dict or a set is not supported"));
        }
        Ok(Token::Field(self.placeholder()?))
    }

    /// `{name}`, standing on the brace. Anything `str.format` would allow inside beside the name is refused.
    pub(crate) fn placeholder(&mut self) -> Result<&'a str, Problem> {
        let offset = self.at;
        self.at += 1;
        let name = self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let starts_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        match self.peek() {
            Some('}') if starts_well => {
                self.at += 1;
                Ok(name)
            }
            Some('.' | '[') if starts_well => Err(Problem::at(
                self.at,
                format!("`{{{name}}}` stands for the whole value: no attribute or index inside the braces"),
            )),
            Some(':' | '!') if starts_well => Err(Problem::at(
                self.at,
                format!("`{{{name}}}` stands for the value itself: no format inside the braces"),
            )),
            None => Err(Problem::at(offset, "`{` is never closed")),
            Some(_) => Err(Problem::at(offset, "braces must hold the key of a field, like `{days}`")),
        }
    }

    fn number(&mut self) -> Result<Token<'a>, Problem> {
        let offset = self.at;
        let rest = self.rest().as_bytes();
        let radix = match rest {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        let token = if radix == 10 { self.decimal()? } else { self.in_radix(radix)? };
        let word_at = self.at;
        let word = self.take_while(|c| c.is_alphanumeric() || c == '_');
        self.at = word_at;
        if word.is_empty() || WORDS_AFTER_NUMBER.contains(&word) {
            Ok(token)
        } else {
            Err(Problem::at(offset, "this is not a number"))
        }
    }

    fn in_radix(&mut self, radix: u32) -> Result<Token<'a>, Problem> {
        let offset = self.at;
        self.at += 2;
        let digits = self.take_while(|c| c.is_digit(radix) || c == '_');
        if !digits.ends_with(|c: char| c != '_') || digits.contains("__") {
            return Err(Problem::at(offset, "this is not a number"));
        }
        let plain = digits.replace('_', "");
        i64::from_str_radix(&plain, radix).map(Token::Int).map_err(|_| too_large(offset))
    }

    fn decimal(&mut self) -> Result<Token<'a>, Problem> {
        let offset = self.at;
        let whole = self.digits()?;
        let mut is_float = false;
        if self.peek() == Some('.') {
            is_float = true;
            self.at += 1;
            if self.peek().is_some_and(|c| c.is_ascii_digit()) {
                self.digits()?;
            }
        }
        let exponent = self.rest().trim_start_matches(['e', 'E']);
        let exponent_len = self.rest().len() - exponent.len();
        let signed = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if exponent_len == 1 && signed.starts_with(|c: char| c.is_ascii_digit()) {
            is_float = true;
            self.at = self.source.len() - signed.len();
            self.digits()?;
        }
        let plain = self.source[offset..self.at].replace('_', "");
        if is_float {
            return plain.parse().map(Token::Float).map_err(|_| Problem::at(offset, "this is not a number"));
        }
        if whole.starts_with('0') && whole.contains(|c: char| c != '0' && c != '_') {
            return Err(Problem::at(offset, "a whole number must not start with 0"));
        }
        plain.parse().map(Token::Int).map_err(|_| too_large(offset))
    }

    /// Decimal digits with single underscores between them; may be empty before a dot.
    fn digits(&mut self) -> Result<&'a str, Problem> {
        let offset = self.at;
        let digits = self.take_while(|c| c.is_ascii_digit() || c == '_');
        if digits.ends_with('_') || digits.contains("__") {
            return Err(Problem::at(offset, "an underscore in a number must stand between two digits"));
        }
        Ok(digits)
    }
}

fn too_large(offset: usize) -> Problem {
    Problem::at(offset, "whole numbers have 64 bits; this one is larger")
}
