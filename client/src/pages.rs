//! Lists as streams: page by page, or row by row.

use std::collections::{HashSet, VecDeque};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use baijiayun_core::Error;
use baijiayun_core::coerce::{Departure, MAX_DEPARTURES};
use futures_core::Stream;
use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;

use crate::Response;
use crate::call::Call;

type Boxed<T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>;

/// The pages of a list, each fetched when it is asked for. It ends after an error.
///
/// The service numbers pages anew for each request: a row that is added or taken away while a list is read shifts the
/// others, so that one comes twice or not at all.
#[must_use = "a page is fetched when it is asked for"]
pub struct Pages<D>(Boxed<Response<D>>);

/// The rows of a list, over all its pages. It ends after an error.
///
/// A row that shifted onto the next page while the list was read (see [`Pages`]) is told once, if the rows have an id:
/// [`Items::repeated`] counts what was left out. One that shifted the other way was not seen, and nothing tells of it.
#[must_use = "a page is fetched when it is asked for"]
pub struct Items<T> {
    pages: Boxed<(Vec<T>, Vec<Departure>)>,
    ready: VecDeque<T>,
    departures: Vec<Departure>,
    id: fn(&T) -> Option<String>,
    /// The rows of the page before.
    seen: HashSet<String>,
    repeated: u64,
}

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

    pub(crate) fn items<T: Send + 'static>(self, rows: fn(D) -> Vec<T>, id: fn(&T) -> Option<String>) -> Items<T> {
        let pages = self.0.map(move |page| {
            let (data, departures) = page?.into_parts();
            Ok((rows(data), departures))
        });
        let (ready, departures, seen) = (VecDeque::new(), Vec::new(), HashSet::new());
        Items { pages: Box::pin(pages), ready, departures, id, seen, repeated: 0 }
    }
}

impl<T> Items<T> {
    /// The next row, or none after the last one.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| self.poll_row(context)).await
    }

    /// Values that are not what the documents describe, and so are not in the rows, of all pages so far: the first
    /// [`MAX_DEPARTURES`]. Their places begin at the data of their page.
    pub fn departures(&self) -> &[Departure] {
        &self.departures
    }

    /// How many rows were left out because the page before had them: rows were added while the list was read.
    pub fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Takes a page, without the rows that the one before had.
    fn take(&mut self, rows: Vec<T>) {
        let ids: HashSet<String> = rows.iter().filter_map(self.id).collect();
        let (id, seen) = (self.id, &self.seen);
        let before = rows.len();
        self.ready = rows.into_iter().filter(|row| id(row).is_none_or(|id| !seen.contains(&id))).collect();
        self.repeated += (before - self.ready.len()) as u64;
        self.seen = ids;
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(self.pages.as_mut().poll_next(context)) {
                Some(Ok((rows, departures))) => {
                    let room = MAX_DEPARTURES.saturating_sub(self.departures.len());
                    self.departures.extend(departures.into_iter().take(room));
                    self.take(rows);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    /// A row that is here already.
    #[cfg(feature = "blocking")]
    pub(crate) fn ready(&mut self) -> Option<T> {
        self.ready.pop_front()
    }
}

/// A member that tells a row from all others.
pub(crate) trait RowId {
    fn id(&self) -> Option<String>;
}

impl RowId for i64 {
    fn id(&self) -> Option<String> {
        // Where it is missing.
        (*self != 0).then(|| self.to_string())
    }
}

impl RowId for String {
    fn id(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.clone())
    }
}

impl<T: RowId> RowId for Option<T> {
    fn id(&self) -> Option<String> {
        self.as_ref().and_then(RowId::id)
    }
}

impl<D> Stream for Pages<D> {
    type Item = Result<Response<D>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T: Unpin> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_row(context)
    }
}

/// What the calls of lists have in common.
macro_rules! paged_call {
    ($name:ident => $data:ty, $item:ty, $rows:expr, $id:expr) => {
        impl $name {
            /// All pages, one request each, from the page given or the first.
            pub fn pages(self) -> crate::Pages<$data> {
                crate::Pages::new(self.0)
            }

            /// All rows of all pages.
            pub fn items(self) -> crate::Items<$item> {
                self.pages().items($rows, $id)
            }
        }

        #[cfg(feature = "blocking")]
        impl $name<crate::Blocking> {
            /// All pages, one request each, from the page given or the first.
            pub fn pages(self) -> crate::blocking::Pages<$data> {
                crate::blocking::Pages::new($name(self.0.in_mode::<crate::Awaited>()).pages())
            }

            /// All rows of all pages.
            pub fn items(self) -> crate::blocking::Items<$item> {
                crate::blocking::Items::new($name(self.0.in_mode::<crate::Awaited>()).items())
            }
        }
    };
}

pub(crate) use paged_call;
