//! What an expression is once it is parsed. Chains (`a or b or c`, `1 + 2 - 3`, `x[0].strip()`) are lists, not nested
//! pairs, so that the tree is never deeper than the parser's own nesting and a long chain costs no stack.

use crate::literal::Part;
use crate::names::{Attribute, Function, Method};

#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) expr: Expr<'a>,
    /// Where it starts, in bytes; for operators, where the first one stands.
    pub(crate) offset: usize,
    /// Levels of the tree below and including this node.
    pub(crate) height: usize,
}

impl<'a> Node<'a> {
    pub(crate) fn new(expr: Expr<'a>, offset: usize) -> Self {
        let height = 1 + expr.tallest_child();
        Node { expr, offset, height }
    }
}

#[derive(Debug)]
pub(crate) enum Expr<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Vec<Part<'a>>),
    Field(&'a str),
    List(Vec<Node<'a>>),
    Tuple(Vec<Node<'a>>),
    Or(Vec<Node<'a>>),
    And(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    Negate(Box<Node<'a>>),
    Plus(Box<Node<'a>>),
    Compare(Box<Node<'a>>, Vec<Compared<'a>>),
    Arithmetic(Box<Node<'a>>, Vec<Operated<'a>>),
    Power(Box<Node<'a>>, Box<Node<'a>>),
    Choice(Box<Choice<'a>>),
    Call(Function, Arguments<'a>),
    Chain(Box<Node<'a>>, Vec<Link<'a>>),
}

impl<'a> Expr<'a> {
    fn tallest_child(&self) -> usize {
        let tallest = |nodes: &[Node<'a>]| nodes.iter().map(|node| node.height).max().unwrap_or(0);
        match self {
            Expr::None | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Text(_) | Expr::Field(_) => 0,
            Expr::List(nodes) | Expr::Tuple(nodes) | Expr::Or(nodes) | Expr::And(nodes) => tallest(nodes),
            Expr::Not(node) | Expr::Negate(node) | Expr::Plus(node) => node.height,
            Expr::Compare(first, rest) => rest.iter().fold(first.height, |height, item| height.max(item.right.height)),
            Expr::Arithmetic(first, rest) => {
                rest.iter().fold(first.height, |height, item| height.max(item.right.height))
            }
            Expr::Power(left, right) => left.height.max(right.height),
            Expr::Choice(choice) => choice.condition.height.max(choice.then.height).max(choice.otherwise.height),
            Expr::Call(_, arguments) => arguments.tallest(),
            Expr::Chain(first, links) => {
                links.iter().fold(first.height, |height, link| height.max(link.kind.tallest()))
            }
        }
    }
}

/// `then if condition else otherwise`
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) condition: Node<'a>,
    pub(crate) then: Node<'a>,
    pub(crate) otherwise: Node<'a>,
}

#[derive(Debug)]
pub(crate) struct Compared<'a> {
    pub(crate) operator: Comparison,
    pub(crate) offset: usize,
    pub(crate) right: Node<'a>,
}

#[derive(Debug)]
pub(crate) struct Operated<'a> {
    pub(crate) operator: Operator,
    pub(crate) offset: usize,
    pub(crate) right: Node<'a>,
}

/// Something behind a value.
#[derive(Debug)]
pub(crate) struct Link<'a> {
    pub(crate) kind: LinkKind<'a>,
    pub(crate) offset: usize,
}

#[derive(Debug)]
pub(crate) enum LinkKind<'a> {
    Index(Box<Node<'a>>),
    /// `[from:to:step]`
    Slice(Box<[Option<Node<'a>>; 3]>),
    Attribute(Attribute),
    Method(Method, Arguments<'a>),
}

impl LinkKind<'_> {
    fn tallest(&self) -> usize {
        match self {
            LinkKind::Index(node) => node.height,
            LinkKind::Slice(parts) => parts.iter().flatten().map(|node| node.height).max().unwrap_or(0),
            LinkKind::Attribute(_) => 0,
            LinkKind::Method(_, arguments) => arguments.tallest(),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Arguments<'a> {
    pub(crate) positional: Vec<Node<'a>>,
    pub(crate) named: Vec<(&'a str, Node<'a>)>,
}

impl<'a> Arguments<'a> {
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node<'a>> {
        self.positional.iter().chain(self.named.iter().map(|(_, node)| node))
    }

    fn tallest(&self) -> usize {
        self.nodes().map(|node| node.height).max().unwrap_or(0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    Is,
    IsNot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    /// Only in messages; the tree has [`Expr::Power`].
    Power,
}

impl Comparison {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::In => "in",
            Comparison::NotIn => "not in",
            Comparison::Is => "is",
            Comparison::IsNot => "is not",
        }
    }
}

impl Operator {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::FloorDivide => "//",
            Operator::Modulo => "%",
            Operator::Power => "**",
        }
    }
}
