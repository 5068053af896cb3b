//! A participants plugin that asks the directory everything: beside `every_kind` the other half of the fixture of a released contract.

use gavia_plugin_sdk::{Context, Depth, Error, Participants, ReadHost, participants};

gavia_plugin_sdk::manifest!();

struct EveryReader;

#[participants]
impl Participants for EveryReader {
    fn resolve(context: &Context, host: &ReadHost) -> Result<Vec<String>, Error> {
        let directory = host.directory();
        let user = directory.user(&context.ticket().creator)?;
        let mut people = vec![user.username];
        for dept in user.dept_ids {
            people.extend(directory.leader_of(dept)?.map(|leader| leader.username));
            people
                .extend(directory.users_in_dept(dept, Depth::WithAllBelow, 10)?.into_iter().map(|user| user.username));
        }
        people.extend(directory.users_in_role(5, 10)?.into_iter().map(|user| user.username));
        Ok(people)
    }
}
