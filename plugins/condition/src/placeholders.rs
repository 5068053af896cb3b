//! Which fields an expression names, and where.

use crate::ast::{Expr, LinkKind, Node};
use crate::literal::Part;

/// Every placeholder with its offset, in the order in which they stand.
pub(crate) fn of<'a>(node: &Node<'a>) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    collect(node, &mut found);
    found
}

fn all<'n, 'a: 'n>(nodes: impl IntoIterator<Item = &'n Node<'a>>, found: &mut Vec<(&'a str, usize)>) {
    for node in nodes {
        collect(node, found);
    }
}

fn collect<'a>(node: &Node<'a>, found: &mut Vec<(&'a str, usize)>) {
    match &node.expr {
        Expr::None | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) => {}
        Expr::Field(name) => found.push((name, node.offset)),
        Expr::Text(parts) => found.extend(parts.iter().filter_map(|part| match part {
            Part::Field { name, offset } => Some((*name, *offset)),
            Part::Fixed(_) => None,
        })),
        Expr::List(nodes) | Expr::Tuple(nodes) | Expr::Or(nodes) | Expr::And(nodes) => {
            all(nodes, found);
        }
        Expr::Not(inner) | Expr::Negate(inner) | Expr::Plus(inner) => collect(inner, found),
        Expr::Compare(first, rest) => {
            collect(first, found);
            all(rest.iter().map(|compared| &compared.right), found);
        }
        Expr::Arithmetic(first, rest) => {
            collect(first, found);
            all(rest.iter().map(|operated| &operated.right), found);
        }
        Expr::Power(left, right) => {
            collect(left, found);
            collect(right, found);
        }
        Expr::Choice(choice) => {
            all([&choice.then, &choice.condition, &choice.otherwise], found);
        }
        Expr::Call(_, arguments) => all(arguments.nodes(), found),
        Expr::Chain(first, links) => {
            collect(first, found);
            for link in links {
                match &link.kind {
                    LinkKind::Index(node) => collect(node, found),
                    LinkKind::Slice(parts) => all(parts.iter().flatten(), found),
                    LinkKind::Attribute(_) => {}
                    LinkKind::Method(_, arguments) => all(arguments.nodes(), found),
                }
            }
        }
    }
}
