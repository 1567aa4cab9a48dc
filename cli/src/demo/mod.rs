//! A course from room to report against the mock, over real HTTP.

mod course;
mod inbox;
mod show;
mod upload;

use baijiayun_mock::MockService;

use crate::failure::Failure;
use crate::output::Output;
use crate::runtime;

pub(crate) fn run(output: Output) -> Result<(), Failure> {
    let course = runtime::block_on(async {
        let mock = MockService::start().await.map_err(|error| Failure::io("cannot start the mock", &error))?;
        let course = course::run(&mock).await;
        mock.stop().await;
        course
    })?;
    if output.json { output.print_json(&course) } else { output.print(&show::text(&course)) }
}
