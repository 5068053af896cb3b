//! Which fields an expression names, and where.

use crate::ast::{Expr, LinkKind, Node};
use crate::literal::Part;

/// Every placeholder with its offset, in the order in which they stand.
pub(crate) fn of<'a>(node: &Node<'a>) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    collect(node, &mut found);
    found
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
            nodes.iter().for_each(|node| collect(node, found))
        }
        Expr::Not(inner) | Expr::Negate(inner) | Expr::Plus(inner) => collect(inner, found),
        Expr::Compare(first, rest) => {
            collect(first, found);
            rest.iter().for_each(|compared| collect(&compared.right, found));
        }
        Expr::Arithmetic(first, rest) => {
            collect(first, found);
            rest.iter().for_each(|operated| collect(&operated.right, found));
        }
        Expr::Power(left, right) => {
            collect(left, found);
            collect(right, found);
        }
        Expr::Choice(choice) => {
            for node in [&choice.then, &choice.condition, &choice.otherwise] {
                collect(node, found);
            }
        }
        Expr::Call(_, arguments) => arguments.nodes().for_each(|node| collect(node, found)),
        Expr::Chain(first, links) => {
            collect(first, found);
            for link in links {
                match &link.kind {
                    LinkKind::Index(node) => collect(node, found),
                    LinkKind::Slice(parts) => parts.iter().flatten().for_each(|node| collect(node, found)),
                    LinkKind::Attribute(_) => {}
                    LinkKind::Method(_, arguments) => arguments.nodes().for_each(|node| collect(node, found)),
                }
            }
        }
    }
}
