//! Tokens to a tree: a Pratt parser with Python's precedences. Refuses every name outside the fixed table, so what it
//! accepts can only compute with the fields' values.

use crate::Problem;
use crate::ast::{Choice, Compared, Comparison, Expr, Node, Operated, Operator};
use crate::lexer::{self, Lexeme, Token};

/// Deepest nesting of an expression. Bounds the stack of parser and evaluator.
pub(crate) const LEVELS_MAX: usize = 64;

/// How strongly an operator binds; higher binds tighter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Binding {
    Choice,
    Or,
    And,
    Not,
    Compare,
    Add,
    Multiply,
    Unary,
    Power,
}

/// What may stand between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Infix {
    If,
    Or,
    And,
    Compare,
    Operate(Operator),
}

/// Parses one expression.
pub(crate) fn parse(source: &str) -> Result<Node<'_>, Problem> {
    let lexemes = lexer::tokens(source)?;
    let mut parser = Parser { lexemes: lexemes.into_iter(), next: None, ended_at: source.len(), level: 0 };
    parser.advance();
    if parser.next.is_none() {
        return Err(Problem::at(0, "the expression is empty"));
    }
    let node = parser.expression(Binding::Choice)?;
    match parser.next {
        None => Ok(node),
        Some(Lexeme { token: Token::Sign(","), offset }) => Err(Problem::at(
            offset,
            "a comma here would make a tuple, which is always true; put it in parentheses if it is meant",
        )),
        Some(lexeme) => Err(Problem::at(lexeme.offset, format!("{} is not expected here", name_of(&lexeme.token)))),
    }
}

pub(crate) struct Parser<'a> {
    pub(crate) lexemes: std::vec::IntoIter<Lexeme<'a>>,
    /// None at the end.
    pub(crate) next: Option<Lexeme<'a>>,
    pub(crate) ended_at: usize,
    level: usize,
}

impl<'a> Parser<'a> {
    pub(crate) fn advance(&mut self) -> Option<Lexeme<'a>> {
        let following = self.lexemes.next().filter(|lexeme| lexeme.token != Token::End);
        std::mem::replace(&mut self.next, following)
    }

    pub(crate) fn offset(&self) -> usize {
        self.next.as_ref().map_or(self.ended_at, |lexeme| lexeme.offset)
    }

    pub(crate) fn at_sign(&self, sign: &str) -> bool {
        matches!(&self.next, Some(Lexeme { token: Token::Sign(next), .. }) if *next == sign)
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(&self.next, Some(Lexeme { token: Token::Name(next), .. }) if *next == word)
    }

    pub(crate) fn skip_sign(&mut self, sign: &str) -> bool {
        let there = self.at_sign(sign);
        if there {
            self.advance();
        }
        there
    }

    pub(crate) fn expect_sign(&mut self, sign: &str) -> Result<(), Problem> {
        if self.skip_sign(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    pub(crate) fn unexpected(&self, wanted: &str) -> Problem {
        match &self.next {
            None => Problem::at(self.ended_at, format!("the expression ends where {wanted} is expected")),
            Some(lexeme) => {
                Problem::at(lexeme.offset, format!("{wanted} is expected here, not {}", name_of(&lexeme.token)))
            }
        }
    }

    /// An operand and all operators behind it that bind at least as tightly as `least`.
    pub(crate) fn expression(&mut self, least: Binding) -> Result<Node<'a>, Problem> {
        self.level += 1;
        if self.level > LEVELS_MAX {
            return Err(too_deep(self.offset()));
        }
        let mut left = self.operand(least)?;
        while let Some((infix, binding)) = self.infix() {
            if binding < least {
                break;
            }
            left = self.behind(left, infix)?;
        }
        self.level -= 1;
        Ok(left)
    }

    fn infix(&self) -> Option<(Infix, Binding)> {
        let operate = |operator, binding| Some((Infix::Operate(operator), binding));
        match &self.next.as_ref()?.token {
            Token::Name("if") => Some((Infix::If, Binding::Choice)),
            Token::Name("or") => Some((Infix::Or, Binding::Or)),
            Token::Name("and") => Some((Infix::And, Binding::And)),
            Token::Name("in" | "is" | "not") | Token::Sign("==" | "!=" | "<" | "<=" | ">" | ">=") => {
                Some((Infix::Compare, Binding::Compare))
            }
            Token::Sign("+") => operate(Operator::Add, Binding::Add),
            Token::Sign("-") => operate(Operator::Subtract, Binding::Add),
            Token::Sign("*") => operate(Operator::Multiply, Binding::Multiply),
            Token::Sign("/") => operate(Operator::Divide, Binding::Multiply),
            Token::Sign("//") => operate(Operator::FloorDivide, Binding::Multiply),
            Token::Sign("%") => operate(Operator::Modulo, Binding::Multiply),
            Token::Sign("**") => operate(Operator::Power, Binding::Power),
            _ => None,
        }
    }

    fn behind(&mut self, left: Node<'a>, infix: Infix) -> Result<Node<'a>, Problem> {
        let offset = self.offset();
        let expr = match infix {
            Infix::If => self.choice(left)?,
            Infix::Or => Expr::Or(self.joined(left, "or", Binding::And)?),
            Infix::And => Expr::And(self.joined(left, "and", Binding::Not)?),
            Infix::Compare => self.comparisons(left)?,
            Infix::Operate(Operator::Power) => {
                self.advance();
                Expr::Power(Box::new(left), Box::new(self.expression(Binding::Unary)?))
            }
            Infix::Operate(first) => self.arithmetic(left, first)?,
        };
        short(Node::new(expr, offset))
    }

    fn choice(&mut self, then: Node<'a>) -> Result<Expr<'a>, Problem> {
        self.advance();
        let condition = self.expression(Binding::Or)?;
        if !self.at_word("else") {
            return Err(self.unexpected("`else`"));
        }
        self.advance();
        let otherwise = self.expression(Binding::Choice)?;
        Ok(Expr::Choice(Box::new(Choice { condition, then, otherwise })))
    }

    fn joined(&mut self, first: Node<'a>, word: &str, tighter: Binding) -> Result<Vec<Node<'a>>, Problem> {
        let mut nodes = vec![first];
        while self.at_word(word) {
            self.advance();
            nodes.push(self.expression(tighter)?);
        }
        Ok(nodes)
    }

    fn arithmetic(&mut self, first: Node<'a>, operator: Operator) -> Result<Expr<'a>, Problem> {
        let level =
            if matches!(operator, Operator::Add | Operator::Subtract) { Binding::Add } else { Binding::Multiply };
        let tighter = if level == Binding::Add { Binding::Multiply } else { Binding::Unary };
        let mut rest = Vec::new();
        while let Some((Infix::Operate(operator), binding)) = self.infix()
            && binding == level
        {
            let offset = self.offset();
            self.advance();
            rest.push(Operated { operator, offset, right: self.expression(tighter)? });
        }
        Ok(Expr::Arithmetic(Box::new(first), rest))
    }

    fn comparisons(&mut self, first: Node<'a>) -> Result<Expr<'a>, Problem> {
        let mut rest: Vec<Compared<'a>> = Vec::new();
        while let Some((Infix::Compare, _)) = self.infix() {
            let offset = self.offset();
            let operator = self.comparison()?;
            let right = self.expression(Binding::Add)?;
            let left = rest.last().map_or(&first, |compared| &compared.right);
            if matches!(operator, Comparison::Is | Comparison::IsNot) && !is_singleton(left) && !is_singleton(&right) {
                return Err(Problem::at(offset, "`is` compares with None, True or False only; use `==`"));
            }
            rest.push(Compared { operator, offset, right });
        }
        Ok(Expr::Compare(Box::new(first), rest))
    }

    fn comparison(&mut self) -> Result<Comparison, Problem> {
        let first = self.advance();
        Ok(match first.map(|lexeme| lexeme.token) {
            Some(Token::Sign("==")) => Comparison::Equal,
            Some(Token::Sign("!=")) => Comparison::NotEqual,
            Some(Token::Sign("<")) => Comparison::Less,
            Some(Token::Sign("<=")) => Comparison::LessOrEqual,
            Some(Token::Sign(">")) => Comparison::Greater,
            Some(Token::Sign(">=")) => Comparison::GreaterOrEqual,
            Some(Token::Name("in")) => Comparison::In,
            Some(Token::Name("is")) if self.at_word("not") => {
                self.advance();
                Comparison::IsNot
            }
            Some(Token::Name("is")) => Comparison::Is,
            _ if self.at_word("in") => {
                self.advance();
                Comparison::NotIn
            }
            _ => return Err(self.unexpected("`in` after `not`")),
        })
    }
}

/// The node, unless its tree is too tall for the evaluator's stack. Parentheses are counted by the parser, they leave no node.
pub(crate) fn short(node: Node<'_>) -> Result<Node<'_>, Problem> {
    if node.height > LEVELS_MAX { Err(too_deep(node.offset)) } else { Ok(node) }
}

fn too_deep(offset: usize) -> Problem {
    Problem::at(offset, format!("nested more than {LEVELS_MAX} levels deep"))
}

fn is_singleton(node: &Node<'_>) -> bool {
    matches!(node.expr, Expr::None | Expr::Bool(_))
}

pub(crate) fn name_of(token: &Token<'_>) -> String {
    match token {
        Token::Int(_) | Token::Float(_) => "a number".to_owned(),
        Token::Text(_) => "a text".to_owned(),
        Token::Name(name) => format!("`{name}`"),
        Token::Field(name) => format!("`{{{name}}}`"),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::End => "the end".to_owned(),
    }
}
