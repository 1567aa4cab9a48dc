//! Lists: what departs, and rows that shift.

use baijiayun::ErrorKind;

use crate::fake::Script;

fn page(rows: &str, total: u64) -> String {
    format!(r#"{{"code":0,"data":{{"list":{rows},"total":{total}}},"msg":"","ts":1}}"#)
}

#[tokio::test]
async fn rows_tell_what_departs_in_their_pages() {
    let pages = [
        page(r#"[{"video_id":1,"name":"a"},{"video_id":"x","name":"b"}]"#, 4),
        page(r#"[{"video_id":3,"name":[]},{"video_id":4,"name":"d"}]"#, 4),
    ];
    let client = Script::bodies(pages).client();
    let mut rows = client.video().list().page_size(2).items();
    assert!(rows.departures().is_empty());
    let mut count = 0;
    while let Some(row) = rows.next().await {
        row.expect("a row");
        count += 1;
    }
    let places: Vec<&str> = rows.departures().iter().map(|departure| departure.path.as_str()).collect();
    assert_eq!(
        (count, places.contains(&"list[1].video_id"), places.contains(&"list[0].name")),
        (4, true, true),
        "{places:?}"
    );
}

#[tokio::test]
async fn a_list_of_another_form_is_no_silent_end() {
    let client = Script::bodies([page(r#""oops""#, 0)]).client();
    let mut rows = client.video().list().items();
    assert!(rows.next().await.is_none());
    assert!(rows.departures().iter().any(|departure| departure.path == "list"), "{:?}", rows.departures());
    let client = Script::bodies([page(r#""oops""#, 3)]).client();
    let error = client.video().list().items().next().await.expect("an error").expect_err("3 rows are missing");
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_row_that_shifted_onto_the_next_page_is_told_once() {
    let ids = |ids: &[i64]| {
        let rows: Vec<String> = ids.iter().map(|id| format!(r#"{{"video_id":{id}}}"#)).collect();
        page(&format!("[{}]", rows.join(",")), 5)
    };
    // Video 5 was added after the first page was read: 2 is on the second page then.
    let client = Script::bodies([ids(&[4, 3, 2]), ids(&[2, 1])]).client();
    let mut rows = client.video().list().page_size(3).items();
    let mut told = Vec::new();
    while let Some(row) = rows.next().await {
        told.push(row.expect("a row").video_id);
    }
    assert_eq!((told, rows.repeated()), (vec![4, 3, 2, 1], 1));
    // Rows without an id are all told.
    let client = Script::bodies([ids(&[0, 0]), ids(&[0, 0]), ids(&[])]).client();
    let mut rows = client.video().list().page_size(2).items();
    while rows.next().await.is_some() {}
    assert_eq!(rows.repeated(), 0);
}
