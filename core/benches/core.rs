//! `cargo bench -p baijiayun-core`: signing and building a request, and
//! straightening a large report beside a bare typed parse of the same bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;

use baijiayun_core::coerce::Options;
use baijiayun_core::{Account, Params, answer, operation, request};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Deserialize;

fn build(criterion: &mut Criterion) {
    let account =
        Account::new("demo", 12_345_678, "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7").unwrap();
    let operation = operation::find("room.create").unwrap();
    let mut params = Params::new();
    params
        .set("title", "测试教室")
        .set("start_time", 1_501_575_608_i64)
        .set("end_time", 1_501_579_208_i64)
        .set("type", 2_i64);
    let json = r#"{"title":"测试教室","start_time":1501575608,"end_time":1501579208,"type":2}"#;
    let mut group = criterion.benchmark_group("room.create");
    group.bench_function("sign and build", |bench| {
        bench.iter(|| request::build(black_box(&account), operation, black_box(&params), 1_501_572_288).unwrap());
    });
    group.bench_function("sign and build from JSON", |bench| {
        bench.iter(|| {
            let params = Params::from_json(operation, black_box(json)).unwrap();
            request::build(black_box(&account), operation, &params, 1_501_572_288).unwrap()
        });
    });
    group.finish();
}

/// The report's rows as one would type them by hand, after the wire.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Envelope {
    code: i64,
    data: Report,
    msg: String,
    ts: i64,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Report {
    room_user_info: Vec<Row>,
    total: i64,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Row {
    date: String,
    user_number: i64,
    user_name: String,
    user_role: i64,
    first_time: String,
    last_time: String,
    first_heartbeat_time: String,
    last_heartbeat_time: String,
    actual_listen_time: i64,
    user_ip: String,
    area: String,
    city: String,
    network_operator: String,
    group_id: i64,
    client_type: i64,
    is_audition: i64,
}

/// A watch report of 1,000 rows, about 400 kB. Straight, or with its numbers as strings.
fn report(loose: bool) -> String {
    let int = |number: usize| if loose { format!("\"{number}\"") } else { number.to_string() };
    let rows: Vec<String> = (0..1000_usize)
        .map(|row| {
            let (hour, minute, second) = (row % 24, row % 60, row % 59);
            [
                r#"{"date":"2023-06-01""#.to_owned(),
                format!(r#""user_number":{}"#, int(1_603_866_936_490_000 + row)),
                format!(r#""user_name":"学员{row:04}号同学""#),
                format!(r#""user_role":{}"#, int(row % 3)),
                format!(r#""first_time":"2023-06-01 {hour:02}:{minute:02}:{second:02}""#),
                format!(r#""last_time":"2023-06-01 {hour:02}:{second:02}:{minute:02}""#),
                format!(r#""first_heartbeat_time":"2023-06-01 {hour:02}:{minute:02}:00""#),
                format!(r#""last_heartbeat_time":"2023-06-01 {hour:02}:{minute:02}:59""#),
                format!(r#""actual_listen_time":{}"#, int(3000 + row)),
                format!(r#""user_ip":"118.212.{}.{}""#, row % 250, row % 200),
                r#""area":"北京市","city":"海淀区","network_operator":"电信""#.to_owned(),
                format!(
                    r#""group_id":{},"client_type":{},"is_audition":{}}}"#,
                    int(row % 9),
                    int(row % 7),
                    int(row % 2)
                ),
            ]
            .join(",")
        })
        .collect();
    format!(r#"{{"code":0,"data":{{"total":1000,"room_user_info":[{}]}},"msg":"","ts":1685351247}}"#, rows.join(","))
}

fn straighten(criterion: &mut Criterion) {
    let operation = operation::find("room_data.export_live_report").unwrap();
    let straight = report(false);
    let loose = report(true);
    let mut group = criterion.benchmark_group("1,000-row watch report");
    group.throughput(Throughput::Bytes(straight.len() as u64));
    group.bench_function("bare serde_json typed parse", |bench| {
        bench.iter(|| serde_json::from_slice::<Envelope>(black_box(straight.as_bytes())).unwrap());
    });
    group.bench_function("straighten", |bench| {
        bench.iter(|| answer::parse(operation, 200, black_box(straight.as_bytes())).unwrap());
    });
    group.throughput(Throughput::Bytes(loose.len() as u64));
    group.bench_function("straighten, all numbers as strings", |bench| {
        bench.iter(|| answer::parse(operation, 200, black_box(loose.as_bytes())).unwrap());
    });
    let as_text = Options { ids_as_text: true, ..Options::default() };
    group.bench_function("straighten for JavaScript", |bench| {
        bench.iter(|| answer::parse_with(operation, 200, black_box(loose.as_bytes()), as_text).unwrap());
    });
    group.finish();
}

criterion_group!(benches, build, straighten);
criterion_main!(benches);
