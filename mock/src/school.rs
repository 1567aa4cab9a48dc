//! A school in full swing, for lists and reports that look real: teachers, students, lessons over five weeks around the mock's
//! now, their recordings, and videos that are watched. The same seed and the same day give the same school.
//!
//! What an operation can make is made by that operation, at the time that it would have been; what nobody can do to the mock
//! (to sit in a class, to chat, to watch) is made here, and the reports read it.

use baijiayun_core::{Params, Value as Given};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::body::ReceivedFile;
use crate::catalog::Catalog;
use crate::chance::Chance;
use crate::input::{Input, as_int};
use crate::state::State;
use crate::store::ById;
use crate::videos;

/// What happened in class and in front of videos.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct School {
    /// By the ids of their rooms.
    pub lessons: ById<Lesson>,
    pub plays: Vec<Play>,
}

/// A class that was held, or is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Lesson {
    pub begin: i64,
    pub end: i64,
    /// The teacher is the first.
    pub visits: Vec<Visit>,
    pub chat: Vec<Message>,
    pub questions: Vec<Question>,
    /// When those in the room had to check in.
    pub checkin: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    pub number: i64,
    pub name: String,
    pub area: String,
    pub operator: String,
    pub ip: String,
}

/// Somebody and the id of their user.
type User = (i64, Person);

/// Somebody's stay in a class.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub who: Person,
    pub role: i64,
    pub came: i64,
    pub left: i64,
    /// Seconds in which class was in progress.
    pub listened: i64,
    pub client: i64,
    pub praises: i64,
    pub checked_in: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    pub at: i64,
    /// Its place among the visits.
    pub visit: usize,
    pub content: String,
}

/// A question with four options, and who chose which.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub at: i64,
    pub right: usize,
    /// The places of those who answered, and their options.
    pub answers: Vec<(usize, usize)>,
}

/// Somebody watched a video.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Play {
    pub video: i64,
    /// 0 if it is no recording.
    pub room: i64,
    pub who: Person,
    pub begin: i64,
    /// Seconds.
    pub length: i64,
    pub client: i64,
}

const DAY: i64 = 86_400;
/// China's time is so far ahead.
const ZONE: i64 = 8 * 3600;
const DAYS_BEFORE: i64 = 28;
const DAYS_AFTER: i64 = 7;
const LESSON: i64 = 45 * 60;
/// When lessons begin, in minutes of the day.
const BEGINNINGS: [i64; 3] = [9 * 60, 14 * 60, 19 * 60];

const SURNAMES: [&str; 16] =
    ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林"];
const GIVEN: [&str; 20] = [
    "子涵", "雨桐", "浩然", "欣怡", "梓轩", "思远", "佳琪", "明哲", "若曦", "宇航", "静怡", "嘉豪", "诗涵", "俊杰",
    "雅婷", "天宇", "可馨", "博文", "晓彤", "志远",
];
const SUBJECTS: [(&str, &str); 8] = [
    ("数学", "函数的单调性"),
    ("语文", "赤壁赋"),
    ("英语", "定语从句"),
    ("物理", "牛顿第二定律"),
    ("化学", "氧化还原反应"),
    ("生物", "细胞的代谢"),
    ("历史", "辛亥革命"),
    ("地理", "大气环流"),
];
const GRADES: [&str; 3] = ["高一", "高二", "高三"];
const AREAS: [&str; 8] = ["北京", "上海", "广东 深圳", "浙江 杭州", "四川 成都", "湖北 武汉", "江苏 南京", "陕西 西安"];
const OPERATORS: [&str; 3] = ["电信", "联通", "移动"];
const SAYINGS: [&str; 12] = [
    "老师好",
    "听懂了",
    "可以再讲一遍吗？",
    "选 B",
    "这一步是怎么来的？",
    "谢谢老师",
    "声音有点小",
    "明白了",
    "作业什么时候交？",
    "太清楚了",
    "第三题不会",
    "图看不清",
];

/// Fills the state as if the school had been there for weeks.
pub(crate) fn fill(state: &mut State, catalog: &Catalog, seed: u64) {
    let now = state.time;
    let midnight = (state.now() + ZONE).div_euclid(DAY) * DAY - ZONE;
    let mut founder = Founder { chance: Chance::new(seed), state, catalog, school: School::default() };
    founder.at(midnight - (DAYS_BEFORE + 3) * DAY);
    let (teachers, students) = (founder.people(1, 8), founder.people(0, 48));
    founder.material();
    for day in -DAYS_BEFORE..=DAYS_AFTER {
        for (nth, minutes) in BEGINNINGS.into_iter().enumerate() {
            let begin = midnight + day * DAY + minutes * 60;
            founder.lesson((day + DAYS_BEFORE, nth), begin, now.div_euclid(1000), (&teachers, &students));
        }
    }
    founder.plays(now.div_euclid(1000), &students);
    let Founder { school, .. } = founder;
    state.time = now;
    state.school = Some(school);
}

struct Founder<'a> {
    chance: Chance,
    state: &'a mut State,
    catalog: &'a Catalog,
    school: School,
}

impl Founder<'_> {
    fn at(&mut self, unix: i64) {
        self.state.time = unix * 1000;
    }

    /// Calls an operation as a client would. What it answers: null if it refuses.
    fn call<const N: usize>(&mut self, name: &str, params: [(&'static str, Given); N]) -> Value {
        self.call_with(name, params, Vec::new())
    }

    fn call_with<const N: usize>(
        &mut self,
        name: &str,
        given: [(&'static str, Given); N],
        files: Vec<ReceivedFile>,
    ) -> Value {
        let Some(endpoint) = self.catalog.of(name) else { return Value::Null };
        let mut params = Params::new();
        for (name, value) in given {
            params.set(name, value);
        }
        let (operation, described) = (endpoint.operation, endpoint.described);
        let input = Input { operation, described, params, files, now: self.state.now(), base: "https://mock.invalid" };
        let carried_out = endpoint.handler.map(|handler| handler(self.state, &input));
        carried_out.and_then(Result::ok).unwrap_or_default()
    }

    fn person(&mut self, number: i64, name: String) -> Person {
        let (area, operator) = (self.chance.of(&AREAS), self.chance.of(&OPERATORS));
        let ip = format!("10.{}.{}.{}", self.chance.below(250), self.chance.below(250), 1 + self.chance.below(250));
        Person { number, name, area: (*area).to_owned(), operator: (*operator).to_owned(), ip }
    }

    /// People with this role, and the ids of their users.
    fn people(&mut self, role: i64, count: i64) -> Vec<User> {
        let mut people = Vec::new();
        for nth in 0..count {
            let surname = *self.chance.of(&SURNAMES);
            let name =
                if role == 1 { format!("{surname}老师") } else { format!("{surname}{}", self.chance.of(&GIVEN)) };
            let number = 13_800_000_000 + role * 1_000_000 + nth * 1_009;
            let user = self.call(
                "user.add",
                [
                    ("role", role.into()),
                    ("name", name.as_str().into()),
                    ("phone_number", number.to_string().into()),
                    ("password", "password1".into()),
                ],
            );
            let id = as_int(&user["id"]).unwrap_or_default();
            let person = self.person(number, name);
            people.push((id, person));
        }
        people
    }

    /// Videos in categories, courseware, words that are not to be said.
    fn material(&mut self) {
        for (subject, topic) in SUBJECTS {
            let category = self.call("video.add_category", [("name", subject.into())]);
            let category = as_int(&category["id"]).unwrap_or_default();
            let seconds = 300 + self.chance.below(900).unsigned_abs();
            let name = format!("微课 {subject} {topic}.mp4");
            if let Ok(video) = videos::add_whole(self.state, None, &name, seconds, self.state.now()) {
                self.call("video.set_category", [("video_id", video.into()), ("category_id", category.into())]);
            }
            let size = 200_000 + self.chance.below(4_000_000).unsigned_abs();
            let file = ReceivedFile { field: "attachment".to_owned(), name: format!("{subject} {topic}.pdf"), size };
            self.call_with("doc.upload", [], vec![file]);
        }
        let words = Given::List(vec!["作弊".into(), "代考".into()]);
        self.call("live_setting.add_sensitive_words", [("product_type", 1.into()), ("words", words)]);
    }

    fn lesson(&mut self, (day, nth): (i64, usize), begin: i64, now: i64, (teachers, students): (&[User], &[User])) {
        let place = usize::try_from(day).unwrap_or_default() * 5 + nth * 3;
        let (subject, topic) = SUBJECTS[place % SUBJECTS.len()];
        let grade = GRADES[nth % GRADES.len()];
        let end = begin + LESSON;
        self.at((begin - 3 * DAY).min(now));
        let title = format!("{grade}{subject} {topic}");
        let room = self.call(
            "room.create",
            [("title", title.into()), ("start_time", begin.into()), ("end_time", end.into()), ("max_users", 50.into())],
        );
        let Some(room) = as_int(&room["room_id"]) else { return };
        let (teacher, who) = &teachers[place % teachers.len()];
        self.call(
            "user.assign_teacher",
            [("room_id", room.into()), ("user_id", (*teacher).into()), ("role", 1.into())],
        );
        // Courseware of the subject: the documents were uploaded in their order.
        let fid = 832_417 + i64::try_from(place % SUBJECTS.len()).unwrap_or_default();
        self.call("doc.bind", [("room_id", room.into()), ("fid", fid.into())]);
        // A grade is a third of the students.
        let class: Vec<&User> = students.iter().skip(nth).step_by(GRADES.len()).collect();
        let ids = Given::List(class.iter().map(|(id, _)| (*id).into()).collect());
        self.call("user.assign_students", [("room_id", room.into()), ("user_ids", ids)]);
        if begin > now {
            return;
        }
        self.at(begin);
        self.call("live.start_class", [("room_id", room.into())]);
        if end <= now {
            self.at(end);
            self.call("live.stop_class", [("room_id", room.into())]);
        }
        let lesson = self.held(begin, end.min(now), who, &class);
        self.school.lessons.insert(room, lesson);
    }

    /// What happened in a class.
    fn held(&mut self, begin: i64, end: i64, teacher: &Person, class: &[&User]) -> Lesson {
        let length = (end - begin).max(1);
        let visit = |who: &Person, role, came: i64, left: i64, client| Visit {
            who: who.clone(),
            role,
            came,
            left,
            listened: (left.min(end) - came.max(begin)).max(0),
            client,
            praises: 0,
            checked_in: true,
        };
        let mut visits = vec![visit(teacher, 1, begin - 300, end, 1)];
        for (_, student) in class {
            // One in eight is away.
            if self.chance.below(8) == 0 {
                continue;
            }
            let came = (begin - 240 + self.chance.below(600)).min(end - 1);
            let left = if self.chance.below(6) == 0 { came + self.chance.below(length) } else { end }.clamp(came, end);
            let mut stay = visit(student, 0, came, left, self.chance.below(6));
            stay.praises = self.chance.below(3);
            stay.checked_in = self.chance.below(10) != 0;
            visits.push(stay);
        }
        let mut chat = Vec::new();
        for _ in 0..6 + self.chance.below(18) {
            let at = begin + self.chance.below(length);
            let visit = self.chance.place(visits.len());
            let there = visits.get(visit).is_some_and(|stay| stay.came <= at && at <= stay.left);
            if there {
                let content = if visit == 0 { "大家看第 2 题" } else { self.chance.of(&SAYINGS) };
                chat.push(Message { at, visit, content: content.to_owned() });
            }
        }
        chat.sort_by_key(|message| message.at);
        let mut questions = Vec::new();
        for nth in 1..=2 {
            let (at, right) = (begin + length * nth / 3, self.chance.place(4));
            let mut answers = Vec::new();
            for (place, stay) in visits.iter().enumerate().skip(1) {
                if stay.came <= at && at <= stay.left {
                    answers.push((place, if self.chance.below(3) == 0 { self.chance.place(4) } else { right }));
                }
            }
            questions.push(Question { at, right, answers });
        }
        Lesson { begin, end, visits, chat, questions, checkin: begin + length / 4 }
    }

    /// Recordings and videos are watched by some, from the day on that they are there.
    fn plays(&mut self, now: i64, students: &[User]) {
        let videos = videos::whole(self.state);
        for (video, room, made, length) in videos {
            for _ in 0..self.chance.below(9) {
                let begin = made + self.chance.below((now - made).clamp(1, 7 * DAY));
                let watched = (length / 4 + self.chance.below(length.max(1))).min(length).min(now - begin).max(1);
                let (_, who) = &students[self.chance.place(students.len())];
                let who = who.clone();
                let client = 1 + self.chance.below(5);
                self.school.plays.push(Play { video, room, who, begin, length: watched, client });
            }
        }
        self.school.plays.sort_by_key(|play| play.begin);
    }
}
