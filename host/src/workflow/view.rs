//! What somebody sees of a ticket: whether they may look at all, which form they get, and what they can do (behaviour §4.10, §4.18,
//! §4.19). How it is spelt on the wire is not decided here.

use serde_json::Value;

use super::{
    base_fields::{BASE_FIELDS, BaseField},
    definition::{Definition, FieldAccess, FieldDef, FieldKind, Transition, TransitionKind, ViewCheck},
    facts::{Actor, Directory},
    fields::read_all,
    participant::may_act,
    refusal::Refusal,
    ticket::Ticket,
};

/// Whether `viewer` may look into the ticket (behaviour §4.19). Holders are asked with `may_act` before.
pub fn may_view(ticket: &Ticket, definition: &Definition, viewer: &str, directory: &Directory) -> Result<(), Refusal> {
    if definition.view_check == ViewCheck::Everybody {
        return Ok(());
    }
    if !directory.users.contains_key(viewer) {
        return Err(Refusal::UnknownViewer);
    }
    if is_concerned(ticket, viewer, directory) { Ok(()) } else { Err(Refusal::NotRelated) }
}

/// Whether the ticket is `viewer`'s business, beside its holders': an administrator, or somebody related who exists. Others, who may
/// look because the workflow lets everybody, do not get people's addresses (threat-model §4).
pub fn is_concerned(ticket: &Ticket, viewer: &str, directory: &Directory) -> bool {
    let person = directory.users.get(viewer);
    person.is_some_and(|person| person.is_admin || ticket.related.iter().any(|name| name == viewer))
}

/// Whether `actor` may look into the ticket, as somebody who holds it or as `may_view` says.
pub fn may_look(ticket: &Ticket, definition: &Definition, actor: Actor, directory: &Directory) -> Result<(), Refusal> {
    if may_act(ticket, definition, actor, directory).is_ok() {
        return Ok(());
    }
    match actor {
        Actor::Person(viewer) => may_view(ticket, definition, viewer, directory),
        Actor::Script { .. } | Actor::Engine(_) => Err(Refusal::NotRelated),
    }
}

/// Something that a person can do with a ticket now.
#[derive(Clone, Copy, Debug)]
pub enum Choice<'a> {
    /// Claim it; nothing else goes before that.
    Accept,
    /// Give it back to who asked for the countersignature; nothing else goes meanwhile.
    EndAddNode,
    Take(&'a Transition),
}

/// What `actor` can do (behaviour §4.10). Transitions that only time may take are left out (D-10).
pub fn choices<'a>(
    ticket: &Ticket,
    definition: &'a Definition,
    actor: Actor,
    directory: &Directory,
) -> Result<Vec<Choice<'a>>, Refusal> {
    let standing = may_act(ticket, definition, actor, directory)?;
    Ok(if standing.in_add_node {
        vec![Choice::EndAddNode]
    } else if standing.needs_accept {
        vec![Choice::Accept]
    } else {
        by_hand(definition, ticket.state).map(Choice::Take).collect()
    })
}

/// The transitions that a person may take out of a state, by id.
pub fn by_hand(definition: &Definition, state: super::StateId) -> impl Iterator<Item = &Transition> {
    definition.leaving(state).filter(|transition| transition.kind == TransitionKind::Normal)
}

/// One field of a form.
#[derive(Clone, Copy, Debug)]
pub struct FormField<'a> {
    pub source: FormSource<'a>,
    pub access: FieldAccess,
}

/// Where a form's field comes from.
#[derive(Clone, Copy, Debug)]
pub enum FormSource<'a> {
    Base(&'static BaseField),
    Custom(&'a FieldDef),
}

impl FormSource<'_> {
    pub fn key(&self) -> &str {
        match self {
            Self::Base(field) => field.key,
            Self::Custom(field) => &field.key,
        }
    }

    pub fn order_id(&self) -> i32 {
        match self {
            Self::Base(field) => field.order_id,
            Self::Custom(field) => field.order_id,
        }
    }
}

/// Who a form is for (T-18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Sees what the current state lists, as the state lists it.
    Handler,
    /// Sees what the workflow's display form lists, read-only.
    Onlooker,
}

/// The form of a ticket: base and custom fields in one order (T-19); ties keep the base fields' own order, then the ids'.
pub fn form<'a>(ticket: &Ticket, definition: &'a Definition, viewer: Viewer) -> Vec<FormField<'a>> {
    let state = definition.state(ticket.state);
    let access = |key: &str| match viewer {
        Viewer::Handler => state.and_then(|state| state.field_access.get(key)).copied(),
        Viewer::Onlooker => definition.display_form.iter().any(|shown| shown == key).then_some(FieldAccess::ReadOnly),
    };
    let base = BASE_FIELDS.iter().map(FormSource::Base);
    arranged(base.chain(definition.effective_fields().map(FormSource::Custom)), access)
}

/// The form for a new ticket: the title and custom fields as the start state lists them (T-20).
pub fn start_form(definition: &Definition) -> Vec<FormField<'_>> {
    let start = definition.start();
    let access = |key: &str| start.and_then(|state| state.field_access.get(key)).copied();
    let title = BASE_FIELDS.iter().filter(|field| field.key == "title").map(FormSource::Base);
    arranged(title.chain(definition.effective_fields().map(FormSource::Custom)), access)
}

fn arranged<'a>(
    sources: impl Iterator<Item = FormSource<'a>>,
    access: impl Fn(&str) -> Option<FieldAccess>,
) -> Vec<FormField<'a>> {
    let mut fields: Vec<FormField> =
        sources.filter_map(|source| Some(FormField { access: access(source.key())?, source })).collect();
    fields.sort_by_key(|field| field.source.order_id());
    fields
}

/// Every custom field with its value as it reads back; unset ones are null.
pub fn field_values(ticket: &Ticket, definition: &Definition) -> Vec<(String, FieldKind, Value)> {
    read_all(definition, &ticket.values)
}
