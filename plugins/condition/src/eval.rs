//! Walks the tree. Every node pays a step; the tree is at most 64 nodes high, so the stack is bounded too.

use crate::arguments::Given;
use crate::ast::{Arguments, Choice, Compared, Comparison, Expr, Link, LinkKind, Node, Operated, Operator};
use crate::budget::Budget;
use crate::clock::Clock;
use crate::fault::{Answer, Fault};
use crate::literal::Part;
use crate::value::Value;
use crate::{Env, arithmetic, builtins, compare, members, sequence, show};

pub(crate) struct Walker<'a> {
    env: &'a Env,
    clock: Clock,
    budget: Budget,
}

impl<'a> Walker<'a> {
    pub(crate) fn new(env: &'a Env) -> Self {
        let clock = Clock { now_ms: env.now_ms, offset_min: env.tz_offset_min };
        Walker { env, clock, budget: Budget::default() }
    }

    pub(crate) fn steps(&self) -> u32 {
        self.budget.used()
    }

    pub(crate) fn value(&mut self, node: &Node<'_>) -> Answer<Value> {
        self.budget.step()?;
        match &node.expr {
            Expr::None => Ok(Value::None),
            Expr::Bool(value) => Ok(Value::Bool(*value)),
            Expr::Int(value) => Ok(Value::Int(*value)),
            Expr::Float(value) => Ok(Value::Float(*value)),
            Expr::Text(parts) => self.text(parts),
            Expr::Field(name) => self.field(name, node.offset),
            Expr::List(items) => Ok(Value::List(self.values(items)?.into())),
            Expr::Tuple(items) => Ok(Value::Tuple(self.values(items)?.into())),
            Expr::Or(nodes) => self.first(nodes, Stop::AtTrue),
            Expr::And(nodes) => self.first(nodes, Stop::AtFalse),
            Expr::Not(inner) => Ok(Value::Bool(!self.value(inner)?.is_true())),
            Expr::Negate(inner) => self.signed("-", inner, node.offset),
            Expr::Plus(inner) => self.signed("+", inner, node.offset),
            Expr::Compare(first, rest) => self.compared(first, rest),
            Expr::Arithmetic(first, rest) => self.operated(first, rest),
            Expr::Power(base, exponent) => self.power(base, exponent, node.offset),
            Expr::Choice(choice) => self.choice(choice),
            Expr::Call(function, arguments) => {
                let (given, described) = self.given(arguments)?;
                builtins::call(*function, given, self.clock, &mut self.budget)
                    .map_err(|fault| in_call(fault, &format!("{}()", function.name()), node.offset, &described))
            }
            Expr::Chain(first, links) => self.chain(first, links),
        }
    }

    fn field(&mut self, name: &str, offset: usize) -> Answer<Value> {
        let Some(field) = self.env.fields.get(name) else {
            return Err(Fault::Said { message: format!("there is no field `{name}`"), offset: Some(offset) });
        };
        field.value(&mut self.budget).map_err(|fault| match fault {
            Fault::Said { message, offset: None } => {
                Fault::Said { message: format!("field `{name}`: {message}"), offset: Some(offset) }
            }
            other => other,
        })
    }

    fn text(&mut self, parts: &[Part<'_>]) -> Answer<Value> {
        let mut out = String::new();
        for part in parts {
            match part {
                Part::Fixed(text) => out.push_str(text),
                Part::Field { name, offset } => {
                    let value = self.field(name, *offset)?;
                    if let Value::Text(text) = show::text_of(&value, &mut self.budget)? {
                        self.budget.write(out.len() + text.len())?;
                        out.push_str(&text);
                    }
                }
            }
        }
        self.budget.write(out.len())?;
        Ok(Value::Text(out.into()))
    }

    fn values(&mut self, nodes: &[Node<'_>]) -> Answer<Vec<Value>> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn first(&mut self, nodes: &[Node<'_>], stop: Stop) -> Answer<Value> {
        let mut last = Value::None;
        for node in nodes {
            last = self.value(node)?;
            if last.is_true() == (stop == Stop::AtTrue) {
                break;
            }
        }
        Ok(last)
    }

    fn choice(&mut self, choice: &Choice<'_>) -> Answer<Value> {
        let holds = self.value(&choice.condition)?.is_true();
        self.value(if holds { &choice.then } else { &choice.otherwise })
    }

    fn signed(&mut self, sign: &str, inner: &Node<'_>, offset: usize) -> Answer<Value> {
        let value = self.value(inner)?;
        let result = if sign == "-" { arithmetic::negate(&value) } else { arithmetic::plus(&value) };
        result.map_err(|fault| {
            let operand = described(inner, &value);
            fault.placed(offset, || format!("`{sign}` does not work on {operand}"), String::new)
        })
    }

    fn compared(&mut self, first: &Node<'_>, rest: &[Compared<'_>]) -> Answer<Value> {
        let mut left_node = first;
        let mut left = self.value(first)?;
        for Compared { operator, offset, right: right_node } in rest {
            let right = self.value(right_node)?;
            let holds = compare::compare(*operator, &left, &right, &mut self.budget).map_err(|fault| {
                let (left, right) = (described(left_node, &left), described(right_node, &right));
                let verb = if matches!(operator, Comparison::In | Comparison::NotIn) {
                    "cannot look for"
                } else {
                    "cannot compare"
                };
                let between = if verb == "cannot compare" { "with" } else { "in" };
                let message = || format!("`{}` {verb} {left} {between} {right}", operator.sign());
                fault.placed(*offset, message, String::new)
            })?;
            if !holds {
                return Ok(Value::Bool(false));
            }
            (left_node, left) = (right_node, right);
        }
        Ok(Value::Bool(true))
    }

    fn operated(&mut self, first: &Node<'_>, rest: &[Operated<'_>]) -> Answer<Value> {
        let mut total = self.value(first)?;
        for (index, Operated { operator, offset, right: right_node }) in rest.iter().enumerate() {
            self.budget.step()?;
            let right = self.value(right_node)?;
            total = arithmetic::operate(*operator, &total, &right, &mut self.budget).map_err(|fault| {
                let left = if index == 0 { described(first, &total) } else { total.kind().to_owned() };
                of_operator(fault, *operator, *offset, &left, &described(right_node, &right))
            })?;
        }
        Ok(total)
    }

    fn power(&mut self, base: &Node<'_>, exponent: &Node<'_>, offset: usize) -> Answer<Value> {
        let (left, right) = (self.value(base)?, self.value(exponent)?);
        arithmetic::operate(Operator::Power, &left, &right, &mut self.budget).map_err(|fault| {
            of_operator(fault, Operator::Power, offset, &described(base, &left), &described(exponent, &right))
        })
    }

    fn chain(&mut self, first: &Node<'_>, links: &[Link<'_>]) -> Answer<Value> {
        let mut value = self.value(first)?;
        for (index, link) in links.iter().enumerate() {
            self.budget.step()?;
            let owner = |value: &Value| {
                if index == 0 { described(first, value) } else { value.kind().to_owned() }
            };
            value = match &link.kind {
                LinkKind::Attribute(attribute) => members::attribute(&value, *attribute).map_err(|fault| {
                    let message = || format!("there is no `{}` of {}", attribute.name(), owner(&value));
                    fault.placed(link.offset, message, String::new)
                })?,
                LinkKind::Method(method, arguments) => {
                    let (given, described) = self.given(arguments)?;
                    members::call(&value, *method, given, self.clock, &mut self.budget).map_err(|fault| {
                        let name = format!("{}() of {}", method.name(), owner(&value));
                        in_call(fault, &name, link.offset, &described)
                    })?
                }
                LinkKind::Index(index_node) => {
                    let index = self.value(index_node)?;
                    sequence::indexed(&value, &index, &mut self.budget).map_err(|fault| {
                        fault.placed(link.offset, || format!("{} has no items", owner(&value)), String::new)
                    })?
                }
                LinkKind::Slice(parts) => {
                    let bounds = self.bounds(parts)?;
                    sequence::sliced(&value, &bounds, &mut self.budget).map_err(|fault| {
                        fault.placed(link.offset, || format!("{} has no items", owner(&value)), String::new)
                    })?
                }
            };
        }
        Ok(value)
    }

    fn bounds(&mut self, parts: &[Option<Node<'_>>; 3]) -> Answer<[Option<Value>; 3]> {
        let mut bounds = [const { None }; 3];
        for (bound, part) in bounds.iter_mut().zip(parts) {
            if let Some(node) = part {
                *bound = Some(self.value(node)?);
            }
        }
        Ok(bounds)
    }

    /// The arguments' values, and how to speak of them.
    fn given<'n>(&mut self, arguments: &Arguments<'n>) -> Answer<(Given<'n>, Vec<String>)> {
        let mut given = Given::default();
        let mut words = Vec::new();
        for node in &arguments.positional {
            let value = self.value(node)?;
            words.push(described(node, &value));
            given.positional.push(value);
        }
        for (name, node) in &arguments.named {
            let value = self.value(node)?;
            words.push(described(node, &value));
            given.named.push((name, value));
        }
        Ok((given, words))
    }
}

/// Which truth ends a chain of `or` or `and`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    AtTrue,
    AtFalse,
}

/// An operand in words: its kind, and the field it comes from. Never its content.
fn described(node: &Node<'_>, value: &Value) -> String {
    match (&node.expr, value) {
        (Expr::Field(name), Value::None) => format!("the empty field `{name}` (None)"),
        (Expr::Field(name), value) => format!("the field `{name}` ({})", value.kind()),
        (_, value) => value.kind().to_owned(),
    }
}

fn of_operator(fault: Fault, operator: Operator, offset: usize, left: &str, right: &str) -> Fault {
    let sign = operator.sign();
    fault.placed(
        offset,
        || format!("`{sign}` does not work between {left} and {right}"),
        || format!(" (`{sign}` between {left} and {right})"),
    )
}

fn in_call(fault: Fault, name: &str, offset: usize, arguments: &[String]) -> Fault {
    let arguments = if arguments.is_empty() { "nothing".to_owned() } else { arguments.join(" and ") };
    fault.placed(offset, || format!("{name} does not work with {arguments}"), || format!(" ({name} with {arguments})"))
}
