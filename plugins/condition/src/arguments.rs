//! Arguments of a call, put in the places a function declares.

use crate::fault::{Answer, Fault};
use crate::value::Value;

/// The evaluated arguments of one call.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Vec<(&'a str, Value)>,
}

impl Given<'_> {
    pub(crate) fn none(self) -> Answer<()> {
        if self.positional.is_empty() && self.named.is_empty() {
            Ok(())
        } else {
            Err(Fault::said("it takes no arguments"))
        }
    }

    /// Between `least` and `N` arguments, none of them by name.
    pub(crate) fn positional<const N: usize>(self, least: usize) -> Answer<[Option<Value>; N]> {
        if let Some((name, _)) = self.named.first() {
            return Err(Fault::said(format!("it has no argument named `{name}`")));
        }
        self.bound(&[""; N], least)
    }

    /// The arguments by the given names, of which the first `least` must be there.
    pub(crate) fn bound<const N: usize>(self, names: &[&str; N], least: usize) -> Answer<[Option<Value>; N]> {
        if self.positional.len() > N {
            return Err(Fault::said(if N == 0 {
                "it takes no arguments".to_owned()
            } else {
                format!("it takes at most {N} arguments")
            }));
        }
        let mut places = [const { None }; N];
        for (place, value) in places.iter_mut().zip(self.positional) {
            *place = Some(value);
        }
        for (name, value) in self.named {
            let Some(index) = names.iter().position(|known| *known == name) else {
                return Err(Fault::said(format!("it has no argument named `{name}`")));
            };
            if places[index].replace(value).is_some() {
                return Err(Fault::said(format!("its argument `{name}` is given twice")));
            }
        }
        if places.iter().take(least).any(Option::is_none) {
            return Err(Fault::said(format!("it needs {least} arguments at least")));
        }
        Ok(places)
    }
}
