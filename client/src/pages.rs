//! Lists as streams: page by page, or row by row.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use baijiayun_core::Error;
use futures_core::Stream;
use futures_util::stream;
use serde::de::DeserializeOwned;

use crate::Response;
use crate::call::Call;

type Boxed<T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>;

/// The pages of a list, each fetched when it is asked for. It ends after an error.
pub struct Pages<D>(Boxed<Response<D>>);

/// The rows of a list, over all its pages. It ends after an error.
pub struct Items<T>(Boxed<T>);

impl<D: DeserializeOwned + Default + Send + 'static> Pages<D> {
    pub(crate) fn new(call: Call) -> Pages<D> {
        // The page to ask for next; an operation without pages is told at the first.
        let first = call.pager().map(|pager| Some((call, pager)));
        Pages(Box::pin(stream::try_unfold(first, |next| async {
            let Some((call, mut pager)) = next? else { return Ok(None) };
            let response = call.page(&pager).send_as::<D>().await?;
            let page = pager.take(response.json());
            if page.repeated {
                return Ok(None);
            }
            Ok(Some((response, Ok(page.more.then_some((call, pager))))))
        })))
    }

    /// The next page, or none after the last one.
    pub async fn next(&mut self) -> Option<Result<Response<D>, Error>> {
        poll_fn(|context| self.0.as_mut().poll_next(context)).await
    }

    pub(crate) fn items<T: Send + 'static>(self, rows: fn(D) -> Vec<T>) -> Items<T> {
        let state = (self, VecDeque::new());
        Items(Box::pin(stream::try_unfold(state, move |(mut pages, mut ready)| async move {
            loop {
                if let Some(row) = ready.pop_front() {
                    return Ok(Some((row, (pages, ready))));
                }
                match pages.next().await {
                    Some(page) => ready = rows(page?.into_data()).into(),
                    None => return Ok(None),
                }
            }
        })))
    }
}

impl<T> Items<T> {
    /// The next row, or none after the last one.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| self.0.as_mut().poll_next(context)).await
    }
}

impl<D> Stream for Pages<D> {
    type Item = Result<Response<D>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

/// What the calls of lists have in common.
macro_rules! paged_call {
    ($name:ident => $data:ty, $item:ty, $rows:expr) => {
        impl $name {
            /// All pages, one request each, from the page given or the first.
            pub fn pages(self) -> crate::Pages<$data> {
                crate::Pages::new(self.0)
            }

            /// All rows of all pages.
            pub fn items(self) -> crate::Items<$item> {
                self.pages().items($rows)
            }
        }
    };
}

pub(crate) use paged_call;
