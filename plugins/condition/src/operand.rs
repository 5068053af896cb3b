//! The parser's lower half: operands with their signs, what may stand behind them, lists, calls.

use crate::Problem;
use crate::ast::{Arguments, Expr, Link, LinkKind, Node};
use crate::lexer::{Lexeme, Token};
use crate::names::{Attribute, Function, Method};
use crate::parse::{Binding, Parser, name_of, short};

const KEYWORDS: [&str; 10] = ["and", "else", "if", "in", "is", "not", "or", "True", "False", "None"];

impl<'a> Parser<'a> {
    pub(crate) fn operand(&mut self, least: Binding) -> Result<Node<'a>, Problem> {
        let offset = self.offset();
        let prefixed = |expr| short(Node::new(expr, offset));
        match self.next.as_ref().map(|lexeme| &lexeme.token) {
            Some(Token::Name("not")) => {
                if least > Binding::Not {
                    return Err(Problem::at(offset, "`not` needs parentheses here"));
                }
                self.advance();
                prefixed(Expr::Not(Box::new(self.expression(Binding::Not)?)))
            }
            Some(Token::Sign("-")) => {
                self.advance();
                prefixed(Expr::Negate(Box::new(self.expression(Binding::Unary)?)))
            }
            Some(Token::Sign("+")) => {
                self.advance();
                prefixed(Expr::Plus(Box::new(self.expression(Binding::Unary)?)))
            }
            _ => self.chained(),
        }
    }

    /// An atom and the indexes, attributes and method calls behind it.
    fn chained(&mut self) -> Result<Node<'a>, Problem> {
        let atom = self.atom()?;
        let mut links = Vec::new();
        loop {
            let offset = self.offset();
            let kind = if self.skip_sign(".") {
                self.member()?
            } else if self.skip_sign("[") {
                self.subscript()?
            } else if self.at_sign("(") {
                return Err(Problem::at(offset, "only the functions of the table can be called"));
            } else {
                break;
            };
            links.push(Link { kind, offset });
        }
        if links.is_empty() {
            return Ok(atom);
        }
        let offset = atom.offset;
        short(Node::new(Expr::Chain(Box::new(atom), links), offset))
    }

    fn member(&mut self) -> Result<LinkKind<'a>, Problem> {
        let offset = self.offset();
        let Some(Lexeme { token: Token::Name(name), .. }) = self.next else {
            return Err(self.unexpected("a name"));
        };
        self.advance();
        if self.at_sign("(") {
            let Some(method) = Method::named(name) else {
                return Err(Problem::at(offset, format!("there is no method `{name}` here")));
            };
            return Ok(LinkKind::Method(method, self.arguments()?));
        }
        if Method::named(name).is_some() {
            return Err(Problem::at(offset, format!("`{name}` must be called: `{name}(…)`")));
        }
        match Attribute::named(name) {
            Some(attribute) => Ok(LinkKind::Attribute(attribute)),
            None => Err(Problem::at(offset, format!("there is no attribute `{name}` here"))),
        }
    }

    /// Behind `[`.
    fn subscript(&mut self) -> Result<LinkKind<'a>, Problem> {
        let mut parts = [None, None, None];
        let mut colons = 0;
        loop {
            if self.at_sign(":") && colons < 2 {
                self.advance();
                colons += 1;
            } else if self.at_sign("]") && (colons > 0 || parts[0].is_some()) {
                self.advance();
                break;
            } else if parts[colons].is_none() {
                parts[colons] = Some(self.expression(Binding::Choice)?);
            } else {
                return Err(self.unexpected("`]`"));
            }
        }
        match parts {
            [Some(index), None, None] if colons == 0 => Ok(LinkKind::Index(Box::new(index))),
            parts => Ok(LinkKind::Slice(Box::new(parts))),
        }
    }

    fn atom(&mut self) -> Result<Node<'a>, Problem> {
        let Some(lexeme) = self.advance() else {
            return Err(Problem::at(self.ended_at, "the expression ends where a value is expected"));
        };
        let offset = lexeme.offset;
        let expr = match lexeme.token {
            Token::Int(value) => Expr::Int(value),
            Token::Float(value) => Expr::Float(value),
            Token::Field(name) => Expr::Field(name),
            Token::Name("None") => Expr::None,
            Token::Name("True") => Expr::Bool(true),
            Token::Name("False") => Expr::Bool(false),
            Token::Text(mut parts) => {
                while let Some(Lexeme { token: Token::Text(more), .. }) = &mut self.next {
                    parts.append(more);
                    self.advance();
                }
                Expr::Text(parts)
            }
            Token::Sign("(") => self.parenthesised()?,
            Token::Sign("[") => Expr::List(self.items("]")?),
            Token::Name(name) if !KEYWORDS.contains(&name) => self.call(name, offset)?,
            token => {
                return Err(Problem::at(offset, format!("a value is expected here, not {}", name_of(&token))));
            }
        };
        short(Node::new(expr, offset))
    }

    /// Behind `(`.
    fn parenthesised(&mut self) -> Result<Expr<'a>, Problem> {
        if self.skip_sign(")") {
            return Ok(Expr::Tuple(Vec::new()));
        }
        let first = self.expression(Binding::Choice)?;
        if self.skip_sign(")") {
            return Ok(first.expr);
        }
        if !self.skip_sign(",") {
            return Err(self.unexpected("`)`"));
        }
        let mut items = vec![first];
        items.append(&mut self.items(")")?);
        Ok(Expr::Tuple(items))
    }

    /// Values with commas between and perhaps one at the end, up to the closing sign.
    fn items(&mut self, close: &str) -> Result<Vec<Node<'a>>, Problem> {
        let mut items = Vec::new();
        while !self.skip_sign(close) {
            items.push(self.expression(Binding::Choice)?);
            if !self.at_sign(close) && !self.skip_sign(",") {
                return Err(self.unexpected(&format!("`,` or `{close}`")));
            }
        }
        Ok(items)
    }

    /// A call of a function of the table, behind the first word of its name.
    fn call(&mut self, first: &str, offset: usize) -> Result<Expr<'a>, Problem> {
        let mut path = first.to_owned();
        while self.at_sign(".") {
            self.advance();
            let Some(Lexeme { token: Token::Name(name), .. }) = self.next else {
                return Err(self.unexpected("a name"));
            };
            self.advance();
            path.push('.');
            path.push_str(name);
        }
        match Function::named(&path) {
            Some(function) if self.at_sign("(") => Ok(Expr::Call(function, self.arguments()?)),
            Some(_) => Err(Problem::at(offset, format!("`{path}` must be called: `{path}(…)`"))),
            None => Err(Problem::at(offset, format!("`{path}` is not known here; a field is written `{{name}}`"))),
        }
    }

    /// Standing on `(`.
    fn arguments(&mut self) -> Result<Arguments<'a>, Problem> {
        self.expect_sign("(")?;
        let mut arguments = Arguments::default();
        while !self.skip_sign(")") {
            let offset = self.offset();
            let node = match self.argument_name() {
                Some(name) => {
                    if arguments.named.iter().any(|(given, _)| *given == name) {
                        return Err(Problem::at(offset, format!("`{name}` is given twice")));
                    }
                    let node = self.expression(Binding::Choice)?;
                    arguments.named.push((name, node));
                    None
                }
                None => Some(self.expression(Binding::Choice)?),
            };
            if let Some(node) = node {
                if !arguments.named.is_empty() {
                    return Err(Problem::at(offset, "an argument without a name must not follow one with a name"));
                }
                arguments.positional.push(node);
            }
            if !self.at_sign(")") && !self.skip_sign(",") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        Ok(arguments)
    }

    /// Takes `name =` if that is what comes.
    fn argument_name(&mut self) -> Option<&'a str> {
        let Some(Lexeme { token: Token::Name(name), .. }) = self.next else {
            return None;
        };
        let assigned = matches!(self.lexemes.as_slice().first(), Some(Lexeme { token: Token::Sign("="), .. }));
        if !assigned || KEYWORDS.contains(&name) {
            return None;
        }
        self.advance();
        self.advance();
        Some(name)
    }
}
