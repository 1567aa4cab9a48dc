//! What happened in the demo, as tables.

use std::fmt::Write;

use baijiayun_api::Description;
use comfy_table::Table;

use super::course::Course;
use crate::output::table;

/// What happened, as tables.
pub(super) fn text(course: &Course) -> String {
    let mut text = format!("A course against the mock at {}\n", course.service);
    add(&mut text, "Calls 接口调用", calls(course));
    add(&mut text, "Join codes 参加码", codes(course));
    add(&mut text, "Live report 学员观看记录 (rows of the document's example)", report(course));
    add(&mut text, "Video 点播视频", video(course));
    add(&mut text, "Callbacks 回调通知", callbacks(course));
    let accepted = course.calls.iter().filter(|call| call.accepted).count();
    let verified = course.callbacks.iter().filter(|callback| callback.verified).count();
    let _ = write!(
        text,
        "\nDone 完成: room {}, {accepted} of {} calls accepted, {verified} of {} callbacks verified, \
         {} bytes uploaded, {}.{:03} s",
        course.room_id,
        course.calls.len(),
        course.callbacks.len(),
        course.video.size,
        course.milliseconds / 1000,
        course.milliseconds % 1000,
    );
    text
}

fn add(text: &mut String, heading: &str, table: Table) {
    let _ = writeln!(text, "\n{heading}\n{table}");
}

fn mark(right: bool) -> &'static str {
    if right { "yes" } else { "NO" }
}

fn calls(course: &Course) -> Table {
    let mut table = table::new(&["Operation", "Title 名称", "Path", "Accepted"]);
    for call in &course.calls {
        let title = Description::embedded().find(&call.operation).map_or("", |entry| &entry.operation.title);
        table.add_row([&call.operation, title, &call.path, mark(call.accepted)]);
    }
    table
}

fn codes(course: &Course) -> Table {
    let mut table = table::new(&["User", "Name 姓名", "Code"]);
    for code in &course.codes {
        table.add_row([code.user_number.to_string(), code.name.to_owned(), code.code.clone()]);
    }
    table
}

fn report(course: &Course) -> Table {
    let mut table = table::new(&["User", "Name 姓名", "Entered 进入", "Left 离开", "Seconds 时长", "Area 地区"]);
    for row in &course.report {
        table.add_row([
            row.user_number.to_string(),
            row.user_name.clone(),
            row.first_time.clone(),
            row.last_time.clone(),
            row.actual_listen_time.to_string(),
            row.area.clone(),
        ]);
    }
    table
}

fn video(course: &Course) -> Table {
    let video = &course.video;
    let mut table = table::new(&["Video", "Name 名称", "Bytes", "Seconds", "MD5", "Files"]);
    table.add_row([
        video.video_id.to_string(),
        video.name.clone(),
        video.size.to_string(),
        video.seconds.to_string(),
        video.md5.clone(),
        video.files.join("\n"),
    ]);
    table
}

fn callbacks(course: &Course) -> Table {
    let mut table = table::new(&["Callback", "What 内容", "qid", "Signature 签名"]);
    for callback in &course.callbacks {
        let what = match callback.kind.as_str() {
            "class" => format!("room {}: {}", callback.member("room_id"), callback.member("op")),
            _ => format!("video {}: status {}", callback.member("video_id"), callback.member("status")),
        };
        let signature = if callback.verified { "verified" } else { "WRONG" };
        table.add_row([&callback.kind, &what, callback.member("qid"), signature]);
    }
    table
}
