//! Reports of a school: what its lessons and plays come to. Without a school these operations answer with printed examples.

use serde_json::{Map, Value, json};

use crate::clock::{self, datetime};
use crate::input::Input;
use crate::paging;
use crate::school::{Lesson, Play, Question, School, Visit};
use crate::state::State;
use crate::videos;

/// The data of an operation that reports on the school; none if it is another one.
pub(crate) fn answer(state: &State, input: &Input) -> Option<Value> {
    let school = state.school.as_ref()?;
    let lesson = lesson(school, input);
    let paged = |rows: Vec<Value>| Some(paging::page(input, rows));
    let of_visits =
        |row: &dyn Fn(&Visit) -> Value| lesson.map_or(Vec::new(), |lesson| lesson.visits.iter().map(row).collect());
    let room = input.id("room_id");
    match input.operation.name.as_ref() {
        "room_data.get_report" => Some(report(lesson)),
        "room_data.export_live_report" => {
            let number = input.int("user_number");
            let visits = lesson.map_or(&[][..], |lesson| &lesson.visits);
            let wanted = visits.iter().filter(|visit| number.is_none_or(|number| number == visit.who.number));
            paged(wanted.map(|visit| stay(visit, lesson)).collect())
        }
        "room_data.get_all_room_user_stat" => Some(user_stat(school, &input.text("date"))),
        "room_data.get_peak_users" => Some(peak_users(lesson, input)),
        "room_data.export_chat_messages" => Some(json!({ "list": chat(lesson) })),
        "chat.list_reviews" => paged(chat(lesson)),
        "room_data.export_praise_stat" => {
            let students = of_visits(
                &|visit| json!({ "user_number": visit.who.number, "user_name": visit.who.name, "count": visit.praises, "role": visit.role }),
            );
            let list: Vec<Value> = students.into_iter().filter(|row| row["role"] == 0).collect();
            Some(json!({ "room_id": room, "list": list }))
        }
        "room_data.get_praise_count" => Some(json!({ "total_count": praises(lesson) })),
        "room_data.get_checkin_info" => Some(json!({ "checkin_list": lesson.map_or(Vec::new(), |lesson| {
            vec![json!({ "time": datetime(lesson.checkin), "user_list": checked_in(lesson) })]
        }) })),
        "room_data.list_checkins" => paged(
            lesson
                .map_or(Vec::new(), |lesson| vec![json!({ "session_id": 0, "create_time": datetime(lesson.checkin) })]),
        ),
        "room_data.list_checkin_users" => paged(lesson.map_or(Vec::new(), checked_in)),
        "room_data.list_answer_questions" => paged(questions(lesson, |_, question| question)),
        "room_data.export_answer_stat" => {
            let list = questions(lesson, |lesson, mut question| {
                question["student_answer"] = answers(lesson, &question).into();
                question["is_vote"] = 0.into();
                question
            });
            Some(json!({ "total": list.len(), "list": list }))
        }
        "room_data.list_answer_users" => {
            let asked = json!({ "question_id": input.id("question_id") });
            paged(lesson.map_or(Vec::new(), |lesson| answers(lesson, &asked)))
        }
        "room_data.list_user_scores" => paged(lesson.map_or(Vec::new(), scores)),
        "room_data.export_qa_stat" | "room_data.export_award_stat" => Some(json!({ "total": 0, "list": [] })),
        "room_data.export_questionnaire_stat" => {
            Some(json!({ "total": 0, "list": { "question": [], "user_answer_list": [] } }))
        }
        "room_data.export_attention_list" => paged(of_visits(&|visit| {
            let level = if visit.listened * 3 > LONG { "专注" } else { "不专注" };
            json!({
                "user_number": visit.who.number, "user_name": visit.who.name, "client_type": "pc 网页", "ip": visit.who.ip,
                "time": datetime(visit.left), "attention_level": level, "ts": visit.left,
            })
        })),
        "room_data.get_flow" => {
            let listened: i64 = lesson.map_or(0, |lesson| lesson.visits.iter().map(|visit| visit.listened).sum());
            let taught = lesson.map_or(0, |lesson| lesson.end - lesson.begin);
            let (pull, push) = (listened * BYTES_PER_SECOND, taught * BYTES_PER_SECOND);
            Some(json!({ "room_id": room, "pull_flow": pull, "push_flow": push, "total_flow": pull + push }))
        }
        "playback.list" => {
            let (wanted, all) = (room, videos::playbacks(state));
            paged(
                all.into_iter()
                    .filter(|row| wanted == 0 || row["room_id"] == wanted)
                    .map(|row| played(school, row))
                    .collect(),
            )
        }
        "playback.info" => Some(recording(state, room).unwrap_or_else(not_recorded)),
        "playback.get_status" => {
            Some(json!({ "status": recording(state, room).map_or(json!(0), |row| row["status"].clone()) }))
        }
        "video_data.list_play_records" => {
            let (video, number) = (input.id("video_id"), input.int("user_number"));
            paged(plays(school, input, |play| {
                play.video == video && number.is_none_or(|number| number == play.who.number)
            }))
        }
        "video_data.export_reports" => paged(plays(school, input, |_| true)),
        "video_data.get_play_count" => {
            let video = input.id("video_id");
            Some(json!({ "play_count": by_day(school, input, |play| play.video == video) }))
        }
        "video_data.get_account_play_count" => Some(json!({ "play_count": by_day(school, input, |_| true) })),
        "video_data.get_play_count_rank" => Some(rank(school, input)),
        _ => None,
    }
}

/// Of the pictures of a class, pulled or pushed.
const BYTES_PER_SECOND: i64 = 60_000;
/// Three times what an attentive student stays at least, in seconds.
const LONG: i64 = 4000;

/// The lesson of the call's room, if it was on the day that the call names.
fn lesson<'s>(school: &'s School, input: &Input) -> Option<&'s Lesson> {
    let day = input.text("date");
    let lesson = school.lessons.get(input.id("room_id"))?;
    (matches!(day.as_str(), "" | "0") || datetime(lesson.begin).starts_with(&day)).then_some(lesson)
}

fn report(lesson: Option<&Lesson>) -> Value {
    let Some(lesson) = lesson else {
        return json!({ "live_duration": 0, "live_pv": 0, "live_uv": 0, "ip_count": 0, "praise_count": 0, "watch_duration": 0 });
    };
    let mut ips: Vec<&str> = lesson.visits.iter().map(|visit| visit.who.ip.as_str()).collect();
    ips.sort_unstable();
    ips.dedup();
    let listened: i64 = lesson.visits.iter().map(|visit| visit.listened).sum();
    json!({
        "live_duration": (lesson.end - lesson.begin) / 60, "live_pv": lesson.visits.len(), "live_uv": lesson.visits.len(),
        "ip_count": ips.len(), "praise_count": praises(Some(lesson)), "watch_duration": listened / 60,
    })
}

fn praises(lesson: Option<&Lesson>) -> i64 {
    lesson.map_or(0, |lesson| lesson.visits.iter().map(|visit| visit.praises).sum())
}

fn stay(visit: &Visit, lesson: Option<&Lesson>) -> Value {
    let begin = lesson.map_or(0, |lesson| lesson.begin);
    let who = &visit.who;
    json!({
        "date": datetime(begin).get(..10), "user_number": who.number, "user_name": who.name, "user_role": visit.role,
        "first_time": datetime(visit.came), "last_time": datetime(visit.left),
        "first_heartbeat_time": datetime(visit.came.max(begin)), "last_heartbeat_time": datetime(visit.left.max(begin)),
        "actual_listen_time": visit.listened, "user_ip": who.ip, "area": who.area, "city": who.area.split(' ').next_back(),
        "network_operator": who.operator, "group_id": 0, "client_type": visit.client, "user_event": "", "is_audition": 0,
    })
}

/// How many were in class at a time.
fn present(lesson: &Lesson, at: i64) -> usize {
    lesson.visits.iter().filter(|visit| visit.came <= at && at <= visit.left).count()
}

fn peak(lesson: &Lesson) -> usize {
    // It only grows when somebody comes.
    lesson.visits.iter().map(|visit| present(lesson, visit.came)).max().unwrap_or_default()
}

fn user_stat(school: &School, day: &str) -> Value {
    let mut rooms = Map::new();
    for (room, lesson) in school.lessons.iter().filter(|(_, lesson)| datetime(lesson.begin).starts_with(day)) {
        let students = lesson.visits.iter().filter(|visit| visit.role == 0).count();
        let row = json!({
            "room_id": room, "total_user_count": lesson.visits.len(), "student_count": students, "peak_user": peak(lesson),
        });
        rooms.insert(room.to_string(), row);
    }
    json!({ "room_user_stat": rooms })
}

/// For each ten minutes of the span that is asked for, within a day.
fn peak_users(lesson: Option<&Lesson>, input: &Input) -> Value {
    const STEP: i64 = 600;
    let time = |name: &str| baijiayun_core::civil::read(&input.text(name)).unwrap_or_default();
    let (from, to) = (time("start_time"), time("end_time"));
    let mut peaks = Map::new();
    let mut at = from;
    while at <= to.min(from + 86_400) {
        let there = lesson.map_or(0, |lesson| present(lesson, at));
        peaks.insert(datetime(at).get(11..).unwrap_or_default().to_owned(), there.into());
        at += STEP;
    }
    json!({ "date": datetime(from).get(..10), "peak_user": peaks })
}

fn chat(lesson: Option<&Lesson>) -> Vec<Value> {
    let Some(lesson) = lesson else { return Vec::new() };
    let said = lesson.chat.iter().enumerate().filter_map(|(nth, message)| {
        let visit = lesson.visits.get(message.visit)?;
        let at = datetime(message.at);
        Some(json!({
            "id": format!("{}{nth:03}", message.at), "time": at, "chat_time": at, "user_number": visit.who.number,
            "user_real_role": visit.role, "user_role": visit.role, "user_name": visit.who.name, "content": message.content,
            "avatar": "", "area": visit.who.area, "ip": visit.who.ip, "filtered": 0, "group_id": 0, "group_name": "",
            "is_virtual_chat": 0,
        }))
    });
    said.collect()
}

fn students(lesson: &Lesson) -> impl Iterator<Item = &Visit> {
    lesson.visits.iter().filter(|visit| visit.role == 0)
}

fn checked_in(lesson: &Lesson) -> Vec<Value> {
    let there = students(lesson).filter(|visit| visit.came <= lesson.checkin && lesson.checkin <= visit.left);
    let row = |visit: &Visit| json!({ "nickname": visit.who.name, "user_number": visit.who.number, "checkin": i64::from(visit.checked_in) });
    there.map(row).collect()
}

const OPTIONS: [&str; 4] = ["A", "B", "C", "D"];

fn questions(lesson: Option<&Lesson>, more: impl Fn(&Lesson, Value) -> Value) -> Vec<Value> {
    let Some(lesson) = lesson else { return Vec::new() };
    let shown = |(nth, question): (usize, &Question)| {
        let options: Vec<Value> = OPTIONS
            .iter()
            .enumerate()
            .map(|(place, option)| json!({ "option": option, "is_right": place == question.right }))
            .collect();
        let row = json!({
            "question_id": nth + 1, "description": format!("第 {} 题", nth + 1), "question_start_time": question.at,
            "question_end_time": question.at + 60, "right_option": OPTIONS.get(question.right), "option_list": options,
        });
        more(lesson, row)
    };
    lesson.questions.iter().enumerate().map(shown).collect()
}

/// Who answered a question of this id, and how.
fn answers(lesson: &Lesson, shown: &Value) -> Vec<Value> {
    let id = shown["question_id"].as_u64().and_then(|id| usize::try_from(id).ok()).unwrap_or_default();
    let Some(question) = id.checked_sub(1).and_then(|nth| lesson.questions.get(nth)) else { return Vec::new() };
    let row = |(place, option): &(usize, usize)| {
        let who = &lesson.visits.get(*place)?.who;
        Some(json!({
            "user_number": who.number, "user_name": who.name, "question_id": id, "select_option": OPTIONS.get(*option),
            "is_right": *option == question.right,
        }))
    };
    question.answers.iter().filter_map(row).collect()
}

/// A point for each right answer.
fn scores(lesson: &Lesson) -> Vec<Value> {
    let right = |place: usize| {
        lesson.questions.iter().filter(|question| question.answers.contains(&(place, question.right))).count()
    };
    let visits = lesson.visits.iter().enumerate().filter(|(_, visit)| visit.role == 0);
    visits
        .map(|(place, visit)| json!({ "user_number": visit.who.number, "user_name": visit.who.name, "total_score": right(place) }))
        .collect()
}

fn recording(state: &State, room: i64) -> Option<Value> {
    videos::playbacks(state).into_iter().find(|row| row["room_id"] == room)
}

/// Nothing else is there before there is a playback.
fn not_recorded() -> Value {
    json!({ "status": 0 })
}

fn played(school: &School, mut row: Value) -> Value {
    let times = school.plays.iter().filter(|play| row["video_id"] == play.video).count();
    row["play_times"] = times.into();
    row
}

/// The days that a call is about, both within.
fn span(input: &Input) -> (i64, i64) {
    let time = |day: &str, moment: &str| {
        baijiayun_core::civil::read(&input.text(day)).or_else(|| baijiayun_core::civil::read(&input.text(moment)))
    };
    let end = baijiayun_core::civil::read(&input.text("end_date")).map(|day| day + 86_399);
    (
        time("start_date", "start_time").unwrap_or_default(),
        end.or_else(|| time("end_date", "end_time")).unwrap_or(i64::MAX),
    )
}

fn within<'s>(school: &'s School, input: &Input) -> impl Iterator<Item = &'s Play> + use<'s> {
    let (from, to) = span(input);
    school.plays.iter().filter(move |play| (from..=to).contains(&play.begin))
}

/// The newest first.
fn plays(school: &School, input: &Input, wanted: impl Fn(&Play) -> bool) -> Vec<Value> {
    let row = |play: &Play| {
        let id = format!("{:X}{:X}", play.who.number, play.begin);
        json!({
            "guid": id, "uuid": format!("uuid-{id}"), "video_id": play.video, "room_id": play.room, "user_name": play.who.name,
            "user_number": play.who.number, "play_begin_time": datetime(play.begin), "play_length": play.length,
            "play_end_time": datetime(play.begin + play.length), "client_type": play.client, "user_ip": play.who.ip,
            "area": play.who.area, "ext_data": "",
        })
    };
    let mut rows: Vec<Value> = within(school, input).filter(|play| wanted(play)).map(row).collect();
    rows.reverse();
    rows
}

/// How often videos were played on each day of the span.
fn by_day(school: &School, input: &Input, wanted: impl Fn(&Play) -> bool) -> Map<String, Value> {
    let (from, to) = span(input);
    let mut days = Map::new();
    // A year at most, so that no answer is without end.
    let mut at = from;
    while at <= to.min(from + 366 * 86_400) {
        days.insert(datetime(at).get(..10).unwrap_or_default().to_owned(), 0.into());
        at += 86_400;
    }
    for play in within(school, input).filter(|play| wanted(play)) {
        let day = clock::datetime(play.begin);
        if let Some(count) = days.get_mut(day.get(..10).unwrap_or_default()) {
            *count = (count.as_u64().unwrap_or_default() + 1).into();
        }
    }
    days
}

fn rank(school: &School, input: &Input) -> Value {
    let mut counts: Vec<(i64, usize)> = Vec::new();
    for play in within(school, input) {
        match counts.iter_mut().find(|(video, _)| *video == play.video) {
            Some((_, count)) => *count += 1,
            None => counts.push((play.video, 1)),
        }
    }
    counts.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    let rows: Vec<Value> =
        counts.into_iter().map(|(video, count)| json!({ "video_id": video, "play_count": count })).collect();
    json!({ "play_rank": rows })
}
