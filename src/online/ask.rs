//! All links are asked, each page once, in parallel.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::address::Address;
use super::anchors::{Anchor, Anchors, is_place};
use super::client::Http;
use super::pace::Pace;
use super::visit::{Client, Outcome, Visitor};
use super::{Answer, Answers, Found, Moved, Options};

/// So many requests are under way at a time.
const MAX_THREADS: usize = 32;
/// Whose pages of repositories that are not public are the same to strangers as pages that do not exist.
const GITHUB: &str = "github.com";
const GITHUB_RAW: &str = "raw.githubusercontent.com";

/// A page and the links that lead to it: one without an anchor, some with.
struct Page<'l> {
    address: Address,
    links: Vec<(&'l str, Option<&'l str>)>,
}

/// Asks about `links`: addresses of the web; what else is among them is left out. What is `known`, young enough and
/// no bad news is not asked again.
pub fn ask(links: &BTreeSet<String>, known: &Answers, options: &Options) -> Answers {
    ask_through(&Http::new(&options.allowed_hosts), links, known, options)
}

fn ask_through(client: &impl Client, links: &BTreeSet<String>, known: &Answers, options: &Options) -> Answers {
    let mut answers = Answers::default();
    let mut pages: BTreeMap<Address, Page<'_>> = BTreeMap::new();
    for link in links.iter().filter(|link| is_of_the_web(link)) {
        if let Some(answer) = known.get(link).filter(|answer| is_fresh(answer, options)) {
            answers.insert(link.clone(), answer.clone());
            continue;
        }
        match Address::parse(link) {
            Ok(address) => {
                let anchor = link.split_once('#').map(|(_, anchor)| anchor).filter(|anchor| is_place(anchor));
                let page = pages.entry(address.clone()).or_insert(Page { address, links: Vec::new() });
                page.links.push((link, anchor));
            }
            Err(why) => answers.insert(link.clone(), unclear(why, options)),
        }
    }
    for (link, answer) in visit_all(client, &in_turn(pages.into_values().collect()), options) {
        answers.insert(link, answer);
    }
    answers
}

fn is_of_the_web(link: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| link.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Whether it need not be asked again. Pages that were missing may have been written since.
fn is_fresh(answer: &Answer, options: &Options) -> bool {
    matches!(answer.found, Found::Page(_)) && options.fresh_times().contains(&answer.asked_ms)
}

fn unclear(why: String, options: &Options) -> Answer {
    Answer { asked_ms: options.now_ms, found: Found::Unclear(why), moved: None }
}

/// The pages in an order in which those of one host are as far apart as can be, so that a slow host keeps few threads.
fn in_turn(pages: Vec<Page<'_>>) -> Vec<Page<'_>> {
    let mut of_server: FxHashMap<String, usize> = FxHashMap::default();
    let mut turns: Vec<(usize, Page<'_>)> = Vec::with_capacity(pages.len());
    for page in pages {
        let turn = of_server.entry(page.address.server()).or_default();
        turns.push((*turn, page));
        *turn += 1;
    }
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, page)| page).collect()
}

fn visit_all(client: &impl Client, pages: &[Page<'_>], options: &Options) -> Vec<(String, Answer)> {
    let pace = Pace::default();
    let visitor = Visitor { client, pace: &pace, options, end: Instant::now() + options.total };
    let repositories = Repositories::default();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answers = visit(&visitor, &repositories, page);
            found.lock().unwrap_or_else(PoisonError::into_inner).extend(answers);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..MAX_THREADS.min(pages.len()) {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn visit<C: Client>(visitor: &Visitor<'_, C>, repositories: &Repositories, page: &Page<'_>) -> Vec<(String, Answer)> {
    let wants_page = page.links.iter().any(|(_, anchor)| anchor.is_some());
    let (mut outcome, moved) = visitor.visit(&page.address, wants_page);
    if matches!(outcome, Outcome::Gone(_))
        && let Some(doubt) = repositories.doubt(visitor, &page.address)
    {
        outcome = Outcome::Unclear(doubt);
    }
    let anchors = match &outcome {
        Outcome::Page(Some(text)) => Some(Anchors::of(text)),
        _ => None,
    };
    let answer = |anchor: &Option<&str>| {
        let found = match (&outcome, anchor) {
            (Outcome::Unclear(why), _) => Found::Unclear(why.clone()),
            (Outcome::Gone(status), _) => Found::Gone(*status),
            (Outcome::Page(_) | Outcome::Elsewhere, None) => Found::Page(None),
            (Outcome::Elsewhere, Some(_)) => {
                Found::Page(Some("the server sends on to another page, where the anchor is not looked for".to_owned()))
            }
            (Outcome::Page(_), Some(anchor)) => anchor_of(anchors.as_ref(), anchor),
        };
        Answer { asked_ms: visitor.options.now_ms, found, moved: with_anchor(moved.as_ref(), *anchor) }
    };
    page.links.iter().map(|(link, anchor)| ((*link).to_owned(), answer(anchor))).collect()
}

fn anchor_of(anchors: Option<&Anchors>, anchor: &str) -> Found {
    let word = |why: &str| Found::Page(Some(why.to_owned()));
    match anchors.map(|anchors| anchors.has(anchor)) {
        Some(Anchor::There) => Found::Page(None),
        Some(Anchor::Missing) => Found::NoAnchor,
        Some(Anchor::Unclear) => word("a script may make the anchor"),
        None => word("the page could not be read to look for the anchor"),
    }
}

fn with_anchor(moved: Option<&Moved>, anchor: Option<&str>) -> Option<Moved> {
    let moved = moved?;
    let to = anchor.map_or(moved.to.clone(), |anchor| format!("{}#{anchor}", moved.to));
    Some(Moved { to, is_permanent: moved.is_permanent })
}

/// The repositories on GitHub that were asked for, and why strangers may not see them; nothing where they do.
#[derive(Default)]
struct Repositories {
    doubts: Mutex<FxHashMap<Address, Option<String>>>,
}

impl Repositories {
    /// Why a page that its server calls missing may be there, for those who may see it.
    fn doubt<C: Client>(&self, visitor: &Visitor<'_, C>, page: &Address) -> Option<String> {
        let repository = repository_of(page)?;
        let known = || self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(doubt) = known().get(&repository) {
            return doubt.clone();
        }
        let doubt = match visitor.visit(&repository, false).0 {
            Outcome::Page(_) | Outcome::Elsewhere => None,
            Outcome::Gone(_) => Some("the whole repository is not to be seen: it is private, or gone".to_owned()),
            Outcome::Unclear(why) => Some(format!("whether its repository is to be seen is not known: {why}")),
        };
        known().insert(repository, doubt.clone());
        doubt
    }
}

/// The repository of a page on GitHub; the page may be the repository itself.
fn repository_of(page: &Address) -> Option<Address> {
    if page.host() != GITHUB && page.host() != GITHUB_RAW {
        return None;
    }
    let path = page.path().split('?').next().unwrap_or_default();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (owner, name) = (parts.next()?, parts.next()?);
    Some(page.with_host(GITHUB).with_path(format!("/{owner}/{name}")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::visit::{Fault, Method, Reply};
    use super::*;

    /// GitHub, with one repository that everybody sees and one of which it says nothing.
    struct Hub;

    impl Client for Hub {
        fn fetch(&self, _: Method, address: &Address, _: Duration) -> Result<Reply, Fault> {
            let status = match address.path() {
                "/o/open" => 200,
                "/o/shy" => 403,
                _ => 404,
            };
            Ok(Reply { status, ..Reply::default() })
        }
    }

    #[test]
    fn pages_of_repositories_that_may_be_private_are_not_gone() {
        let found = |link: &str| {
            let links = BTreeSet::from([link.to_owned()]);
            let answers = ask_through(&Hub, &links, &Answers::default(), &Options::default());
            answers.get(link).map(|answer| answer.found.clone()).unwrap()
        };
        assert_eq!(found("https://github.com/o/open/blob/main/a.md"), Found::Gone(404));
        assert_eq!(found("https://raw.githubusercontent.com/o/open/main/a.md"), Found::Gone(404));
        assert_eq!(found("https://github.com/o?tab=x"), Found::Gone(404));
        let hidden = Found::Unclear("the whole repository is not to be seen: it is private, or gone".to_owned());
        for link in ["https://github.com/o/closed/blob/main/a.md", "https://github.com/o/closed#x"] {
            assert_eq!(found(link), hidden, "{link}");
        }
        let shy = found("https://github.com/o/shy/blob/main/a.md");
        assert!(matches!(&shy, Found::Unclear(why) if why.contains("is not known: the server answers 403")), "{shy:?}");
    }

    #[test]
    fn what_is_known_is_asked_again_once_it_is_old_or_from_the_future() {
        const DAY_MS: i64 = 24 * 3600 * 1000;
        let options = Options { now_ms: 100 * DAY_MS, ..Options::default() };
        let is_fresh =
            |day: i64| is_fresh(&Answer { asked_ms: day * DAY_MS, found: Found::Page(None), moved: None }, &options);
        assert_eq!([92, 93, 94, 100, 101, 102].map(is_fresh), [false, false, true, true, true, false]);
    }
}
