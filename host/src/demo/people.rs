//! The demo's company: five departments, seven people, one role.

use sqlx::PgConnection;

use crate::{
    store::{
        self,
        demo::MARK,
        departments::{self, DepartmentDraft},
        passwords, roles,
        roles::RoleDraft,
        users::{self, UserDraft},
    },
    workflow::UserId,
};

const ADMINISTRATOR: &str = "admin";

/// What the workflows and the first welcome need to know.
pub(super) struct Company {
    /// The department that sets VPN accounts up.
    pub(super) operations: i64,
    pub(super) made_administrator: bool,
}

/// `password_hash` is the administrator's, unless there is one already: a first `gavia user create` keeps its password.
pub(super) async fn load(tx: &mut PgConnection, password_hash: String) -> Result<Company, store::Error> {
    let head_office = department(tx, "总部", None, ADMINISTRATOR).await?;
    let engineering = department(tx, "技术部", Some(head_office), "lilei").await?;
    let operations = department(tx, "运维部", Some(engineering), "guiji").await?;
    let payments = DepartmentDraft {
        name: "支付部".into(),
        parent: Some(engineering),
        leader: "zhangsan".into(),
        approvers: vec!["zhangsan".into(), "lisi".into()],
        ..DepartmentDraft::default()
    };
    let payments = departments::insert(&mut *tx, &payments, MARK).await?;
    let human_resources = department(tx, "人事部", Some(head_office), "jack").await?;

    let made_administrator = passwords::active_user(&mut *tx, ADMINISTRATOR).await?.is_none();
    if made_administrator {
        let draft = UserDraft {
            is_admin: true,
            password_hash: Some(password_hash),
            ..person(ADMINISTRATOR, "管理员", head_office)
        };
        users::insert(tx, &draft, MARK).await?;
    }
    let guiji = user(tx, "guiji", "桂吉", operations).await?;
    for (username, alias, department) in [
        ("lilei", "李雷", engineering),
        ("zhangsan", "张三", payments),
        ("lisi", "李四", payments),
        ("wangwu", "王五", operations),
        ("jack", "杰克", human_resources),
    ] {
        user(tx, username, alias, department).await?;
    }
    let role = RoleDraft { name: "VPN管理员".into(), description: "管理VPN账号".into(), label: "{}".into() };
    let role = roles::insert(&mut *tx, &role, MARK).await?;
    roles::add_member(&mut *tx, role, guiji.0).await?;
    Ok(Company { operations, made_administrator })
}

async fn department(tx: &mut PgConnection, name: &str, parent: Option<i64>, leader: &str) -> Result<i64, store::Error> {
    let draft = DepartmentDraft { name: name.into(), parent, leader: leader.into(), ..DepartmentDraft::default() };
    departments::insert(tx, &draft, MARK).await
}

async fn user(tx: &mut PgConnection, username: &str, alias: &str, department: i64) -> Result<UserId, store::Error> {
    users::insert(tx, &person(username, alias, department), MARK).await
}

fn person(username: &str, alias: &str, department: i64) -> UserDraft {
    UserDraft {
        username: username.into(),
        alias: alias.into(),
        email: format!("{username}@example.com"),
        is_active: true,
        departments: vec![department],
        ..UserDraft::default()
    }
}
