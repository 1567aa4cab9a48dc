//! Walking through lists of services that behave and that do not.

use baijiayun_core::pages::Pager;
use baijiayun_core::{ErrorKind, Params, Value, operation};
use proptest::prelude::*;

/// Walks with a service that answers with rows and maybe a total; returns the
/// rows and how many requests it took.
fn walk(params: &Params, service: impl Fn(i64, Option<i64>) -> (Vec<i64>, Option<i64>)) -> (Vec<i64>, usize) {
    let operation = operation::find("room.list").unwrap();
    let mut pager = Pager::new(operation, params).unwrap();
    let mut rows = Vec::new();
    for requests in 1..10_000 {
        let params = pager.params(params);
        let number = |name| match params.get(name) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        };
        let (list, total) = service(number("page").unwrap(), number("limit"));
        let total = total.map_or(String::new(), |total| format!(r#","total":{total}"#));
        let data = format!(r#"{{"list":{}{total}}}"#, serde_json::to_string(&list).unwrap());
        let page = pager.take(data.as_bytes());
        assert_eq!(page.rows, list.len() as u64);
        if !page.repeated {
            rows.extend(list);
        }
        if !page.more {
            return (rows, requests);
        }
    }
    panic!("it never ends");
}

fn limit(limit: i64) -> Params {
    [("limit", limit)].into_iter().collect()
}

/// The rows of a page of `all` numbers.
fn slice(all: i64, page: i64, size: i64) -> Vec<i64> {
    ((page - 1) * size..(page * size).min(all)).collect()
}

#[test]
fn it_stops_at_the_total() {
    assert_eq!(walk(&limit(10), |page, size| (slice(30, page, size.unwrap()), Some(30))), ((0..30).collect(), 3));
    assert_eq!(walk(&Params::new(), |page, _| (slice(30, page, 20), Some(30))), ((0..30).collect(), 2));
    // One page without a size: no second request to be sure.
    assert_eq!(walk(&Params::new(), |page, _| (slice(5, page, 20), Some(5))), ((0..5).collect(), 1));
}

#[test]
fn without_a_total_it_stops_at_an_empty_page_and_no_short_one() {
    assert_eq!(walk(&limit(10), |page, size| (slice(25, page, size.unwrap()), None)), ((0..25).collect(), 4));
    assert_eq!(walk(&limit(10), |page, size| (slice(30, page, size.unwrap()), None)), ((0..30).collect(), 4));
    assert_eq!(walk(&limit(10), |_, _| (Vec::new(), None)), (Vec::new(), 1));
    assert_eq!(walk(&Params::new(), |page, _| (slice(45, page, 20), None)), ((0..45).collect(), 4));
    // The last page again, or the first, in place of one that there is not.
    assert_eq!(walk(&limit(10), |page, _| (slice(15, page.min(2), 10), None)), ((0..15).collect(), 3));
    assert_eq!(
        walk(&limit(10), |page, _| (slice(15, if page > 2 { 1 } else { page }, 10), None)),
        ((0..15).collect(), 3)
    );
}

#[test]
fn a_service_that_caps_the_size_is_followed() {
    assert_eq!(walk(&limit(1000), |page, _| (slice(250, page, 100), None)), ((0..250).collect(), 4));
    // A total that the page refutes is none.
    assert_eq!(walk(&limit(10), |page, size| (slice(15, page, size.unwrap()), Some(0))), ((0..15).collect(), 3));
    assert_eq!(walk(&limit(1000), |page, _| (slice(250, page, 100), Some(250))), ((0..250).collect(), 3));
}

#[test]
fn a_total_that_changes_is_followed() {
    // Two rows more at each page, until 40.
    let growing = |page: i64, size: Option<i64>| {
        let all = (20 + 2 * page).min(40);
        (slice(all, page, size.unwrap()), Some(all))
    };
    assert_eq!(walk(&limit(10), growing).0, (0..26).collect::<Vec<_>>());
    // Rows vanish: the total says more than there is.
    assert_eq!(walk(&limit(10), |page, size| (slice(15, page, size.unwrap()), Some(30))), ((0..15).collect(), 3));
}

#[test]
fn a_total_of_the_page_alone_does_not_end_it_early() {
    let service = |page: i64, size: Option<i64>| {
        let rows = slice(25, page, size.unwrap());
        let total = rows.len() as i64;
        (rows, Some(total))
    };
    assert_eq!(walk(&limit(10), service), ((0..25).collect(), 3));
}

#[test]
fn a_service_that_repeats_pages_is_not_asked_for_ever() {
    assert_eq!(walk(&limit(3), |_, _| (vec![1, 2, 3], Some(100))), (vec![1, 2, 3], 2));
    assert_eq!(walk(&limit(1), |page, _| (vec![page % 2], None)), (vec![1, 0], 3));
}

#[test]
fn it_begins_where_the_caller_says() {
    let mut params = limit(10);
    params.set("page", 3_i64);
    assert_eq!(walk(&params, |page, size| (slice(45, page, size.unwrap()), None)).0, (20..45).collect::<Vec<_>>());
    // A page that nobody has: no overflow.
    params.set("page", i64::MAX);
    assert_eq!(walk(&params, |_, _| (vec![1; 10], None)).1, 2);
    let info = operation::find("room.info").unwrap();
    assert_eq!(Pager::new(info, &params).unwrap_err().kind(), ErrorKind::InvalidParameters);
}

proptest! {
    #[test]
    fn a_well_behaved_list_is_read_whole(all in 0..300_i64, size in 1..60_i64, with_total in any::<bool>()) {
        let (rows, requests) = walk(&limit(size), |page, _| (slice(all, page, size), with_total.then_some(all)));
        prop_assert_eq!(rows, (0..all).collect::<Vec<_>>());
        prop_assert!(requests as i64 <= all / size + 2);
    }

    #[test]
    fn any_data_end_it_sooner_or_later(pages in prop::collection::vec("[\\[\\]{}\",:0-9a-z]{0,30}", 1..20)) {
        let operation = operation::find("room.list").unwrap();
        let mut pager = Pager::new(operation, &Params::new()).unwrap();
        let mut requests = 0;
        while pager.take(pages[requests % pages.len()].as_bytes()).more {
            requests += 1;
            prop_assert!(requests <= 2 * pages.len());
        }
    }
}
