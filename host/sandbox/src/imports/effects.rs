//! `gavia:plugin/effects`: changes of the call's own ticket, staged here and applied by the host in the transaction of the step. An error
//! or a trap of the guest discards them (corpus 37).

use serde::de::IgnoredAny;

use super::{Answer, error};
use crate::{
    bindings::effects,
    grants::FieldScope,
    outcome::Effect,
    state::State,
    types::{FieldValue, GuestError, GuestErrorKind},
};

impl State {
    /// Room for these effects, or why not.
    fn stage(&mut self, staged: Vec<Effect>) -> Result<(), GuestError> {
        let bytes = staged.iter().fold(0_usize, |sum, effect| sum.saturating_add(size(effect)));
        if self.effects.len() + staged.len() > self.limits.effects {
            return Err(error(GuestErrorKind::Exhausted, format!("a call may stage {} changes", self.limits.effects)));
        }
        if self.effect_bytes.saturating_add(bytes) > self.limits.effect_bytes {
            return Err(error(
                GuestErrorKind::Exhausted,
                format!("a call may stage {} bytes of changes", self.limits.effect_bytes),
            ));
        }
        self.effect_bytes += bytes;
        self.effects.extend(staged);
        Ok(())
    }
}

fn size(effect: &Effect) -> usize {
    match effect {
        Effect::SetField(field) => field.key.len() + field.value.len(),
        Effect::Comment(text) => text.len(),
    }
}

impl effects::Host for State {
    async fn set_fields(&mut self, fields: Vec<FieldValue>) -> Answer<()> {
        const CALL: &str = "effects.set-fields";
        self.handed(&fields);
        if self.grants.tickets_write == FieldScope::None {
            return self.refuse(CALL, "tickets-write");
        }
        self.charge(CALL)?;
        if let Some(field) = fields.iter().find(|field| !self.grants.tickets_write.allows(&field.key)) {
            let message = format!("the grant tickets-write does not cover field {}", field.key);
            return Ok(Err(self.denial(message)));
        }
        if let Some(field) = fields.iter().find(|field| serde_json::from_str::<IgnoredAny>(&field.value).is_err()) {
            return Ok(Err(error(
                GuestErrorKind::InvalidInput,
                format!("the value of field {} is not JSON", field.key),
            )));
        }
        Ok(self.stage(fields.into_iter().map(Effect::SetField).collect()))
    }

    async fn add_comment(&mut self, text: String) -> Answer<()> {
        const CALL: &str = "effects.add-comment";
        self.handed(&text);
        if self.grants.tickets_write == FieldScope::None {
            return self.refuse(CALL, "tickets-write");
        }
        self.charge(CALL)?;
        Ok(self.stage(vec![Effect::Comment(text)]))
    }
}
