//! `gavia:plugin/secrets`: exact names. A value that a guest holds is masked in everything it logs from then on.

use super::{Answer, told};
use crate::{bindings::secrets, state::State};

impl secrets::Host for State {
    async fn get(&mut self, name: String) -> Answer<String> {
        const CALL: &str = "secrets.get";
        self.handed(&name);
        if self.grants.secrets.is_empty() {
            return self.refuse(CALL, "secrets");
        }
        self.charge(CALL)?;
        if !self.grants.secrets.contains(&name) {
            return Ok(Err(self.denial(format!("the grant secrets does not cover {}", name.escape_debug()))));
        }
        let host = self.host.clone();
        let answer = host.secret(&name).await;
        Ok(match answer {
            Ok(secret) => {
                self.log.mask(&secret);
                self.log.remark(&format!("read the secret {name}"));
                Ok(secret.reveal().to_owned())
            }
            Err(problem) => Err(told(CALL, "secret", problem)),
        })
    }
}
