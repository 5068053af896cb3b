//! What the demo says at the terminal, outside the log: once everything one needs to begin, later how to get back in.

use std::net::SocketAddr;

use super::{APP, Secrets};

/// Shown once, since the token and the password are never shown again.
pub fn first(secrets: &Secrets, addr: SocketAddr) -> String {
    let Secrets { token, password, leave, submit } = secrets;
    let base = base(addr);
    let password = password.as_deref().map_or_else(
        || "the password you chose".to_owned(),
        |password| format!("password {password} (`gavia user passwd admin` sets another)"),
    );
    format!(
        r#"
The demo is loaded. What follows is shown this once.

  console        {base}
  administrator  admin, {password}
  app            {APP}, token {token}

zhangsan asks for five days of leave. Paste this into another terminal (bash):

  APP={APP} TOKEN={token} NOW=$(date +%s)
  curl -sS {base}/api/v1.0/tickets \
    -H "appname: $APP" -H "username: zhangsan" -H "timestamp: $NOW" \
    -H "signature: $(printf %s "$NOW$TOKEN" | md5sum | cut -d' ' -f1)" \
    -d '{{"workflow_id": {leave}, "transition_id": {submit}, "title": "Five days in May",
         "leave_start": "2026-05-04", "leave_end": "2026-05-08", "leave_days": 5, "leave_proxy": "lisi",
         "leave_type": "1", "leave_reason": "family"}}'

The README tells how the ticket goes on from there.
"#
    )
}

/// For every later start.
pub fn again(addr: SocketAddr) -> String {
    format!(
        r"
The demo is at {}, as it was left. `gavia user passwd admin` sets the administrator's password,
`gavia token create --app NAME --workflows 1,2` lets another app in.
",
        base(addr)
    )
}

/// Where this machine's own programs reach it.
fn base(addr: SocketAddr) -> String {
    let host = match addr {
        SocketAddr::V4(addr) if addr.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(addr) if addr.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V6(addr) => format!("[{}]", addr.ip()),
        SocketAddr::V4(addr) => addr.ip().to_string(),
    };
    format!("http://{host}:{}", addr.port())
}
