//! Run scripts of v1.0 as views of plugins: whose code they run, and who may hand on what was granted to other code.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::{Method, Request};
use gavia_hostile::Module;
use gavia_plugin_manifest::{Manifest, Package, SECTION};
use serde_json::{Value, json};

use super::tests::{LEAVE_NOTE, call, form, get, manifest, ready};
use crate::{app::testing::with_custom_section, http::testing::Server};

#[tokio::test]
async fn that_a_script_runs_another_plugins_code_is_in_the_audit() {
    let server = ready().await;
    for (plugin, name) in [(1, "one"), (2, "two")] {
        form(&server, LEAVE_NOTE, &[("name", name)]).await;
        call(&server, Method::POST, &format!("/plugins/{plugin}/versions/1/approve"), json!({ "grants": "requested" }))
            .await;
        call(&server, Method::POST, &format!("/plugins/{plugin}/versions/1/activate"), json!(null)).await;
    }
    let path = "/api/v1.0/workflows/run_scripts/1";
    let request = Request::post(path).header("cookie", "sessionid=0123456789abcdef");
    let request =
        request.header("x-requested-with", "test").header("content-type", "application/x-www-form-urlencoded");
    let (_, answer) = server.send(request.body("plugin=two".into()).unwrap()).await;
    assert_eq!(answer["code"], 0, "{answer}");
    let audit = get(&server, "/audit?subject=run_script").await;
    let newest = &audit["items"][0];
    assert_eq!(newest["action"], "run_script.update");
    assert_eq!((&newest["before"]["plugin"], &newest["after"]["plugin"]), (&json!("one"), &json!("two")));
}

/// The old call with a file.
async fn upload_script(server: &Server, path: &str, file: &[u8]) -> Value {
    let mut body = b"--cut\r\ncontent-disposition: form-data; name=\"script_name\"\r\n\r\nold\r\n".to_vec();
    body.extend(b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.wasm\"\r\n\r\n");
    body.extend([file, b"\r\n--cut--\r\n"].concat());
    let request = Request::post(format!("/api/v1.0/workflows/{path}")).header("cookie", "sessionid=0123456789abcdef");
    let request =
        request.header("x-requested-with", "test").header("content-type", "multipart/form-data; boundary=cut");
    server.send(request.body(body.into()).unwrap()).await.1
}

#[tokio::test]
async fn rights_that_were_granted_to_a_scripts_code_are_handed_to_other_code_by_an_administrator_alone() {
    let server = ready().await;
    let taken = json!({ "code": 0, "data": {}, "msg": "" });
    assert_eq!(upload_script(&server, "run_scripts", LEAVE_NOTE).await, taken);
    let plain = Module::default().action();
    let asks = manifest("[[capabilities]]\ngrant = \"kv\"\nreason = \"r\"\n");
    let asks = Manifest::from_toml(&asks, Package::default()).unwrap().to_json();
    let asking = with_custom_section(&plain, SECTION, asks.as_bytes());
    let waits = |version: i32, status: &str| json!({ "plugin_id": 1, "version": version, "status": status });
    assert_eq!(upload_script(&server, "run_scripts/1", &asking).await["data"], waits(2, "needs_approval"));
    call(&server, Method::POST, "/plugins/1/versions/2/approve", json!({ "grants": "requested" })).await;
    let other = with_custom_section(&asking, "other", b"code");
    assert_eq!(upload_script(&server, "run_scripts/1", &other).await["data"], waits(3, "ready"));
    assert_eq!(get(&server, "/plugins/1").await["active_version"], 1);
    assert_eq!(upload_script(&server, "run_scripts/1", &plain).await, taken, "it may do what files always could");
    assert_eq!(get(&server, "/plugins/1").await["active_version"], 4);
    assert_eq!(call(&server, Method::POST, "/plugins/1/versions/3/activate", json!(null)).await.0, 200);
}
