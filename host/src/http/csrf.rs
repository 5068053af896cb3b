//! Calls with an administrator's session that change something must come from our own pages (threat-model §9, F-19): they carry
//! `X-Requested-With`, and where the browser says where it comes from, it is from here. Signed calls are exempt: they have no cookie.

use axum::http::{HeaderMap, Method};

use super::error::Failure;

pub fn check(method: &Method, headers: &HeaderMap) -> Result<(), Failure> {
    if method.is_safe() {
        return Ok(());
    }
    if !headers.contains_key("x-requested-with") {
        return Err(Failure::unauthorised("缺少X-Requested-With请求头"));
    }
    same_origin(headers)
}

/// What the login needs as well: nothing to ride on yet, but no other site may log somebody in.
pub fn same_origin(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let site_ok = matches!(text("sec-fetch-site"), None | Some("same-origin" | "none"));
    let origin_ok = match (text("origin"), text("host")) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
    };
    if site_ok && origin_ok { Ok(()) } else { Err(Failure::unauthorised("请求来源不合法")) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn f19_a_change_from_another_site_is_refused() {
        let ours = [("host", "g:1"), ("origin", "http://g:1"), ("x-requested-with", "gavia")];
        assert!(check(&Method::POST, &headers(&ours)).is_ok());
        assert!(check(&Method::POST, &headers(&ours[..2])).is_err());
        assert!(
            check(&Method::POST, &headers(&[("host", "g:1"), ("origin", "http://evil"), ("x-requested-with", "x")]))
                .is_err()
        );
        assert!(
            check(
                &Method::POST,
                &headers(&[("host", "g:1"), ("sec-fetch-site", "cross-site"), ("x-requested-with", "x")])
            )
            .is_err()
        );
        assert!(check(&Method::GET, &headers(&[("host", "g:1"), ("origin", "http://evil")])).is_ok());
    }
}
