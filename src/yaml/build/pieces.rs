//! A large text in pieces: each is read and built by a thread of its own, and then they are joined.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::tree::{Builder, MAX_VALUES};
use super::{Attempt, Source};
use crate::yaml::event::Event;
use crate::yaml::fast::{self, Cut, Standing, Unusual};
use crate::yaml::repair::Insertions;

/// How a text is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cutting {
    /// The most pieces.
    pub(super) pieces: usize,
    /// The bytes that show what the text looks like: they are read before it is cut.
    pub(super) looked_at: usize,
}

impl Cutting {
    /// Smaller pieces are not worth a thread, in bytes.
    const MIN_PIECE: usize = 128 << 10;

    /// For a text of `length` bytes; `None` where it is read in one piece.
    pub(super) fn of(length: usize) -> Option<Cutting> {
        let pieces = rayon::current_num_threads().min(length / Cutting::MIN_PIECE);
        (pieces > 1).then_some(Cutting { pieces, looked_at: 16 << 10 })
    }
}

/// A piece: what was built of it, and where its reader stands.
struct Piece<'a> {
    builder: Builder<'a>,
    standing: Standing,
    lines: Range<usize>,
}

/// What the pieces have read together, so that they stop together.
struct Progress {
    /// Values, about: more than [`MAX_VALUES`] once there is no use in going on.
    values: AtomicUsize,
}

impl Progress {
    /// So many values a piece reads before it says so.
    const AT_ONCE: usize = 1024;

    fn add(&self, values: usize) {
        self.values.fetch_add(values, Ordering::Relaxed);
    }

    fn stop(&self) {
        self.values.fetch_max(MAX_VALUES + 1, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.values.load(Ordering::Relaxed) > MAX_VALUES
    }
}

/// As [`super::build_usual`], with several threads; `None` also where the text turns out not to be what the cuts took it for, or
/// where something is wrong with it: mistakes are left to the serial reader, which reports them in their order.
pub(super) fn build(source: &Source, text: &str, insertions: &Insertions, cutting: Cutting) -> Option<Attempt> {
    if !fast::is_for_it(text) {
        return None;
    }
    let mut first = Builder::new(source, text, insertions);
    let mut standing = Standing::default();
    let looked_at = cutting.looked_at.min(text.len());
    let progress = Progress { values: AtomicUsize::new(0) };
    let next = fast::read_lines(text, &mut standing, 0..looked_at, heard_by(&mut first, &progress)).ok()?;
    let cuts = fast::cuts(text, &standing, next, cutting.pieces);
    let ends = || cuts.iter().map(|cut| cut.at).chain([text.len()]);
    let begun = Piece { builder: first, standing, lines: next..ends().next()? };
    let others = cuts.iter().zip(ends().skip(1)).map(|(cut, end)| Piece {
        builder: Builder::within(source, text, insertions, cut.standing.mappings()),
        standing: cut.standing.clone(),
        lines: cut.at..end,
    });
    let pieces: Vec<(Piece<'_>, Option<&Cut>)> =
        std::iter::once(begun).chain(others).zip(cuts.iter().map(Some).chain([None])).collect();
    let read: Option<Vec<Piece<'_>>> = pieces
        .into_par_iter()
        .map(|(piece, next)| {
            let read = piece.read(text, next, &progress);
            if read.is_none() {
                progress.stop();
            }
            read
        })
        .collect();
    let mut read = read?.into_iter();
    let Piece { mut builder, mut standing, .. } = read.next()?;
    for piece in read {
        standing = piece.standing;
        builder.join(piece.builder.into_continued()?)?;
    }
    fast::finish(text, standing, heard_by(&mut builder, &progress)).ok()?;
    builder.is_sound().then(|| builder.finish())
}

impl<'a> Piece<'a> {
    /// Reads it up to where `next` begins, or to its end; `None` where it does not fit.
    fn read(mut self, text: &'a str, next: Option<&Cut>, progress: &Progress) -> Option<Self> {
        let lines = self.lines.clone();
        let end = fast::read_lines(text, &mut self.standing, lines, heard_by(&mut self.builder, progress)).ok()?;
        if let Some(next) = next {
            if end != next.at {
                return None;
            }
            fast::meet(text, &mut self.standing, next, heard_by(&mut self.builder, progress)).ok()?;
        }
        Some(self)
    }
}

/// Tells a builder what is read, until something is wrong or the pieces have read too much together.
fn heard_by<'b, 'a>(
    builder: &'b mut Builder<'a>,
    progress: &'b Progress,
) -> impl FnMut(Event<'a>) -> Result<(), Unusual> + use<'b, 'a> {
    let mut told = builder.values();
    move |event| {
        builder.event(event);
        let values = builder.values();
        if values >= told + Progress::AT_ONCE {
            progress.add(values - told);
            told = values;
        }
        if builder.is_sound() && !progress.is_stopped() { Ok(()) } else { Err(Unusual) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;
    use crate::yaml::place::Origin;
    use crate::yaml::tests::for_each_scalar;
    use crate::yaml::tests::same_events::{Random, mutant, number};

    /// The items of a group.
    const RULES: [&str; 9] = [
        "      - alert: A\n        expr: up == 0\n        labels:\n          severity: page\n",
        "      - alert: B\n        expr: |\n          a\n          - b\n      # c\n        for: 5m\n",
        "      - record: c:d\n        expr: >-\n          e\n      \n          - f\n",
        "      - record: 'g'\n        expr: \"h\n          i\n          j\"\n",
        "      - alert: K\n        expr: l\n        annotations:\n          - m\n          - n: o\n            p: [q, {r: s}]\n",
        "      -\n      - t\n",
        "      - - w\n        - x\n",
        "# a comment\n\n      - y\n",
        "      - alert:\n        expr:\n",
    ];

    fn long_text(random: &mut Random) -> String {
        let mut text = random.pick(&["groups:\n", "---\na: b\ngroups:\n"]).to_owned();
        for _ in 0..=random.below(6) {
            text.push_str(random.pick(&["  - name: a\n    rules:\n", "  - interval: 1m\n    # z\n    rules:\n"]));
            for _ in 0..=random.below(5) {
                text.push_str(random.pick(&RULES));
            }
            text.push_str(random.pick(&["", "", "    limit: 3\n    labels: {u: v}\n", "  - not a group\n"]));
        }
        text.push_str(random.pick(&["", "\n", "last: 1\n"]));
        if random.below(3) == 0 {
            let at = text.floor_char_boundary(random.below(text.len()));
            text.insert_str(
                at,
                random.pick(&["\n", " ", "- ", "  ", "'", "x: y\n", "expr: z\n", "&a ", "\t", "---\n"]),
            );
        }
        text
    }

    /// All that is known of a text that was read.
    fn told(attempt: Attempt) -> String {
        let Attempt { parsed, errors, folded_quotes, long_spans } = attempt;
        let mut places = Vec::new();
        for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
            // The text alone does not say where it stands.
            for_each_scalar(root, &mut |_, scalar| {
                let length = scalar.value().len();
                places.push([0, length / 2, length].map(|at| scalar.file_offset(at)));
            });
        }
        format!("{parsed:#?}\n{places:?}\n{errors:?}\n{folded_quotes:?}\n{long_spans:?}")
    }

    /// Whether the text was read in several pieces. It panics where that gives another result.
    fn is_cut(text: &str, cutting: Cutting) -> bool {
        let source = Source { with_threads: false, ..source(text) };
        let insertions = Insertions::default();
        let Some(in_pieces) = build(&source, text, &insertions, cutting) else { return false };
        let whole = super::super::build_usual(&source, text, &insertions).map(told);
        assert_eq!(Some(told(in_pieces)), whole, "{cutting:?} of {text:?}");
        let mut standing = Standing::default();
        let next = fast::read_lines(text, &mut standing, 0..cutting.looked_at.min(text.len()), |_| Ok(()));
        next.is_ok_and(|next| !fast::cuts(text, &standing, next, cutting.pieces).is_empty())
    }

    #[test]
    fn pieces_give_the_tree_of_the_whole() {
        let count = number("PROMPROOF_FUZZ_INPUTS").unwrap_or(600);
        let mut cut = (0_u64, 0_u64);
        for seed in 0..count {
            let mut random = Random(seed);
            let text = long_text(&mut random);
            let cutting = Cutting { pieces: 2 + random.below(4), looked_at: 1 + random.below(text.len()) };
            cut.0 += u64::from(is_cut(&text, cutting));
            cut.1 += u64::from(is_cut(&mutant(seed), Cutting { pieces: 2, looked_at: 1 + random.below(100) }));
        }
        assert!(count < 600 || cut.0 > count / 3 && cut.1 > 0, "only {cut:?} of {count} texts were read in pieces");
    }

    fn source(text: &str) -> Source {
        let file = Arc::new(SourceFile::new("a.yml", text));
        Source { file: Arc::clone(&file), origin: Origin::File(file), with_threads: true }
    }

    #[test]
    fn large_files_are_read_in_pieces_and_small_ones_are_not() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert!(pool.install(|| Cutting::of(200 << 10)).is_none());
        // Long texts make it large, which cost less than many rules.
        let rule = format!("{}        annotations:\n          d: {}\n", RULES[0], "long ".repeat(400));
        let text = format!("groups:\n  - name: a\n    rules:\n{}", rule.repeat(200));
        let source = source(&text);
        let (cutting, attempt) = pool.install(|| {
            let cutting = Cutting::of(text.len()).expect("large enough");
            (cutting, super::super::build(&source, &text, &Insertions::default()))
        });
        assert!(is_cut(&text, cutting) && cutting.pieces == 3);
        let serial = Source { with_threads: false, ..source };
        assert!(told(attempt) == told(super::super::build(&serial, &text, &Insertions::default())));
    }

    #[test]
    fn pieces_hold_no_more_values_together_than_a_file_may() {
        // Each piece alone has less than it may.
        let text = format!("a:\n{}", "- [1,2,3,4,5,6,7,8]\n".repeat(MAX_VALUES / 6));
        let cutting = Cutting { pieces: 4, looked_at: 100 };
        assert!(build(&source(&text), &text, &Insertions::default(), cutting).is_none());
    }
}
