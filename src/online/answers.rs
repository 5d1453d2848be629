//! What was found out about links, and the file in which it is kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::model::calendar::{format_rfc3339, parse_rfc3339};

/// A larger file is none of ours.
pub const MAX_ANSWERS_BYTES: usize = 32 << 20;
/// The form of the file.
const VERSION: u32 = 1;

/// What is known of links, by the links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    by_link: BTreeMap<String, Answer>,
}

/// What is known of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When it was asked, in milliseconds since the Unix epoch.
    pub asked_ms: i64,
    /// What was found.
    pub found: Found,
    /// What could be written instead, because the server sends on.
    pub moved: Option<Moved>,
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A page, which has the anchor if the link has one; where that could not be found out, a word on it.
    Page(Option<String>),
    /// Nothing: the server answers with this status, 404 or 410.
    Gone(u16),
    /// A page that does not have the anchor.
    NoAnchor,
    /// It could not be asked, and why.
    Unclear(String),
}

/// Where a server sends on to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The address, without an anchor.
    pub to: String,
    /// Whether the server says that it is for good.
    #[serde(rename = "permanent")]
    pub is_permanent: bool,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: u32,
    links: BTreeMap<String, KeptAnswer>,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptAnswer {
    asked: String,
    found: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved: Option<Moved>,
}

impl Answers {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Answers, String> {
        if text.len() > MAX_ANSWERS_BYTES {
            return Err(format!("it has more than {} MiB", MAX_ANSWERS_BYTES >> 20));
        }
        let kept: Kept = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if kept.version != VERSION {
            return Err(format!("it is of version {}, and this is {VERSION}", kept.version));
        }
        let answer = |link: String, kept: KeptAnswer| {
            let asked_ms =
                parse_rfc3339(&kept.asked).ok_or_else(|| format!("`{}` of `{link}` is no time", kept.asked))?;
            let found = match (kept.found.as_str(), kept.status) {
                ("page", None) => Found::Page(None),
                ("gone", Some(status @ (404 | 410))) => Found::Gone(status),
                ("no anchor", None) => Found::NoAnchor,
                (other, _) => return Err(format!("`{other}` of `{link}` is nothing that can be found")),
            };
            Ok((link, Answer { asked_ms, found, moved: kept.moved }))
        };
        let by_link = kept.links.into_iter().map(|(link, kept)| answer(link, kept));
        Ok(Answers { by_link: by_link.collect::<Result<_, String>>()? })
    }

    /// The text of the file: a line for each link, in their order. What could not be found out is not kept.
    ///
    /// # Errors
    /// None that is known; those of the library that writes JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut out = format!("{{\n  \"version\": {VERSION},\n  \"links\": {{");
        let mut mark = "\n";
        for (link, answer) in &self.by_link {
            let (found, status) = match &answer.found {
                Found::Page(_) => ("page", None),
                Found::Gone(status) => ("gone", Some(*status)),
                Found::NoAnchor => ("no anchor", None),
                Found::Unclear(_) => continue,
            };
            let asked = format_rfc3339(answer.asked_ms / 1000 * 1000);
            let kept = KeptAnswer { asked, found: found.to_owned(), status, moved: answer.moved.clone() };
            // A `String` takes everything.
            let _ = write!(out, "{mark}    {}: {}", serde_json::to_string(link)?, serde_json::to_string(&kept)?);
            mark = ",\n";
        }
        out.push_str(if mark == "\n" { "}\n}\n" } else { "\n  }\n}\n" });
        Ok(out)
    }

    /// What is known of a link.
    pub fn get(&self, link: &str) -> Option<&Answer> {
        self.by_link.get(link)
    }

    /// All, in the order of the links.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.by_link.iter().map(|(link, answer)| (link.as_str(), answer))
    }

    /// Adds what is known of a link, instead of what was.
    pub fn insert(&mut self, link: String, answer: Answer) {
        self.by_link.insert(link, answer);
    }

    /// Lets go of what was asked at other times than these, in milliseconds since the Unix epoch.
    pub fn keep_asked_in(&mut self, times_ms: &RangeInclusive<i64>) {
        self.by_link.retain(|_, answer| times_ms.contains(&answer.asked_ms));
    }

    /// The links that could not be asked, and why.
    pub fn unclear(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter_map(|(link, answer)| match &answer.found {
            Found::Unclear(why) => Some((link, why.as_str())),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let mut answers = Answers::default();
        assert_eq!(answers.to_json().unwrap(), "{\n  \"version\": 1,\n  \"links\": {}\n}\n");
        let asked_ms = 1_796_083_200_000;
        let moved = Some(Moved { to: "https://y/".to_owned(), is_permanent: true });
        for (link, found, moved) in [
            ("https://x/b", Found::Gone(404), None),
            ("https://x/a#b", Found::NoAnchor, None),
            ("https://x/a", Found::Page(None), moved),
        ] {
            answers.insert(link.to_owned(), Answer { asked_ms, found, moved });
        }
        let unclear = Answer { asked_ms, found: Found::Unclear("503".to_owned()), moved: None };
        let mut more = answers.clone();
        more.insert("https://x/c".to_owned(), unclear);
        let text = more.to_json().unwrap();
        insta::assert_snapshot!(text, @r#"
        {
          "version": 1,
          "links": {
            "https://x/a": {"asked":"2026-12-01T00:00:00Z","found":"page","moved":{"to":"https://y/","permanent":true}},
            "https://x/a#b": {"asked":"2026-12-01T00:00:00Z","found":"no anchor"},
            "https://x/b": {"asked":"2026-12-01T00:00:00Z","found":"gone","status":404}
          }
        }
        "#);
        assert_eq!(Answers::parse(&text), Ok(answers.clone()));
        let mut old = answers.clone();
        old.keep_asked_in(&(asked_ms + 1..=i64::MAX));
        answers.keep_asked_in(&(0..=asked_ms - 1));
        assert_eq!((old, answers), (Answers::default(), Answers::default()));
    }

    #[test]
    fn what_is_no_file_of_answers_is_refused() {
        let refusal = |text: &str| Answers::parse(text).unwrap_err();
        assert_eq!(refusal(r#"{"version": 2, "links": {}}"#), "it is of version 2, and this is 1");
        let one = |answer: &str| refusal(&format!(r#"{{"version": 1, "links": {{"https://x": {answer}}}}}"#));
        assert_eq!(one(r#"{"asked": "x", "found": "page"}"#), "`x` of `https://x` is no time");
        let found = |found: &str| one(&format!(r#"{{"asked": "2026-12-01T00:00:00Z", {found}}}"#));
        assert_eq!(found(r#""found": "gone", "status": 200"#), "`gone` of `https://x` is nothing that can be found");
        assert_eq!(found(r#""found": "what""#), "`what` of `https://x` is nothing that can be found");
    }
}
