//! Whether a component's exports have the types of the contract. The generated code only looks for their names before the first call.

use wasmtime::component::{
    Component, ComponentNamedList, Lift, Lower,
    types::{ComponentFunc, ComponentItem},
};

use crate::{
    bindings::{
        action::exports::gavia::plugin::action::Outcome,
        condition::exports::gavia::plugin::condition::Problem,
        notice::exports::gavia::plugin::notice::{Delivery, Message},
    },
    error::Rejection,
    limits::Kind,
    signature,
    types::{Context, GuestError},
};

/// Refuses a component whose functions of this kind are missing or of another type.
pub(crate) fn check(component: &Component, kind: Kind) -> Result<(), Rejection> {
    let problems: Vec<String> = match kind {
        Kind::Action => [typed::<(Context,), (Result<Outcome, GuestError>,)>(component, kind, "run")]
            .into_iter()
            .flatten()
            .collect(),
        Kind::Participants => [typed::<(Context,), (Result<Vec<String>, GuestError>,)>(component, kind, "resolve")]
            .into_iter()
            .flatten()
            .collect(),
        Kind::Notice => [typed::<(Context, Message), (Result<Vec<Delivery>, GuestError>,)>(component, kind, "send")]
            .into_iter()
            .flatten()
            .collect(),
        Kind::Condition => [
            typed::<(Vec<String>, Context), (Result<Option<u32>, GuestError>,)>(component, kind, "first-match"),
            typed::<(Vec<String>, Vec<String>), (Vec<Problem>,)>(component, kind, "check"),
        ]
        .into_iter()
        .flatten()
        .collect(),
    };
    if problems.is_empty() { Ok(()) } else { Err(Rejection::Unlinkable(problems.join("\n"))) }
}

/// What is wrong with one function, if anything is.
fn typed<Params, Return>(component: &Component, kind: Kind, name: &str) -> Option<String>
where
    Params: ComponentNamedList + Lower,
    Return: ComponentNamedList + Lift,
{
    let wanted = signature::of_contract(kind.export(), name).unwrap_or_default();
    let Some(function) = exported(component, kind, name) else {
        return Some(format!("the export {} has no function {name}; wanted: {wanted}", kind.export()));
    };
    let fits = function.typecheck::<Params, Return>(&component.component_type().instance_type());
    fits.err().map(|_| {
        format!("the export {} has {name}: {}; wanted: {wanted}", kind.export(), signature::function(&function))
    })
}

fn exported(component: &Component, kind: Kind, name: &str) -> Option<ComponentFunc> {
    let interface = component.get_export_index(None, kind.export())?;
    match component.get_export(Some(&interface), name)?.0 {
        ComponentItem::ComponentFunc(function) => Some(function),
        _ => None,
    }
}
