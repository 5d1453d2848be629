//! A file of a workspace, read and parsed once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::chart;
use super::read::Read;
use super::settings::Settings;
use crate::rules::{self, FileShape, LoadOptions, RuleFile};
use crate::source::{Diagnostic, SourceFile, Span};
use crate::testfile::{self, TestFile};
use crate::yaml::{self, Parsed};

/// What a run is about: it decides which files count, and what a file is that the user named and that does not show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Rule files and test files are looked at; a named file is a rule file unless it looks like tests.
    #[default]
    Check,
    /// Test files are run; a named file is one unless it is plainly something else.
    Test,
}

/// A test file and where its rule files are looked for.
#[derive(Debug)]
pub struct TestInput {
    /// The file.
    pub test: TestFile,
    /// The folder that its `rule_files` are relative to.
    pub folder: PathBuf,
}

impl TestInput {
    /// Reads a test file, whatever it looks like.
    pub fn read(source: &Arc<SourceFile>, folder: impl Into<PathBuf>) -> Arc<TestInput> {
        let test = testfile::decode(&yaml::parse(source), source);
        Arc::new(TestInput { test, folder: folder.into() })
    }
}

/// A file that was read, with all that may be asked about it.
#[derive(Debug)]
pub struct Document {
    /// The file.
    pub source: Arc<SourceFile>,
    content: Content,
    /// How it is read as a rule file.
    options: LoadOptions,
    /// The comments of the file itself.
    comments: Vec<Span>,
    /// What is wrong with it as a text or as YAML.
    problems: Vec<Diagnostic>,
    /// Whether it stops being text somewhere.
    is_cut: bool,
    /// Its YAML, until somebody wants it as a rule file.
    parsed: Mutex<Option<Parsed>>,
    rules: OnceLock<Arc<RuleFile>>,
}

/// What a document is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Rules,
    Tests(Arc<TestInput>),
    /// Nothing can be said of it: a template, or something for another program.
    PassedOver(FileShape),
}

/// The tree of a file larger than this, in bytes, is let go by another thread.
const LARGE_BYTES: usize = 256 << 10;

impl Document {
    /// Looks at a file that lies in `folder`; `None` where it is none of our business. A file that the user did not name
    /// has to look like rules or tests.
    pub(super) fn read(
        read: Read,
        folder: &Path,
        named: bool,
        purpose: Purpose,
        settings: &Settings,
    ) -> Option<Document> {
        let whole = read.for_its_shape();
        let may_count = rules::may_hold_rules_or_tests(whole.text());
        if !named && !may_count {
            return None;
        }
        let parsed = yaml::parse_with_threads(whole);
        let options = LoadOptions { is_named: named, ..settings.load_options(read.file.name()) };
        let mut loaded = None;
        let shape = match purpose {
            _ if !may_count => FileShape::Other,
            // One look at the shape of the file has to do.
            Purpose::Check if read.problem.is_none() => match rules::load(&parsed, whole, &options) {
                Ok(rules) => {
                    loaded = Some(rules);
                    FileShape::Rules
                }
                Err(shape) => shape,
            },
            _ => rules::classify(&parsed, whole),
        };
        let shape = match (chart::settle(shape, folder), purpose) {
            // Whoever named it wants to know what is wrong with it.
            (FileShape::Other, Purpose::Check) if named => FileShape::Rules,
            (FileShape::Other, Purpose::Test) if named => FileShape::Tests,
            (FileShape::Templated(_) | FileShape::Foreign(_), Purpose::Check) if named && read.problem.is_some() => {
                FileShape::Rules
            }
            (FileShape::Other, _) => return None,
            (shape, _) => shape,
        };
        Some(match read.problem {
            Some(problem) => Document::cut(&read.file, folder, shape, options, problem),
            None => Document::of(&read.file, parsed, folder, shape, options).loaded(loaded),
        })
    }

    /// A file that is a rule file because a test names it as one.
    pub(super) fn rules_of_test(read: &Read, folder: &Path, settings: &Settings) -> Document {
        let options = settings.load_options(read.file.name());
        match &read.problem {
            Some(problem) => Document::cut(&read.file, Path::new(""), FileShape::Rules, options, problem.clone()),
            None => {
                let parsed = yaml::parse(&read.file);
                let shape = match chart::settle(rules::classify(&parsed, &read.file), folder) {
                    FileShape::Templated(templating) => FileShape::Templated(templating),
                    _ => FileShape::Rules,
                };
                Document::of(&read.file, parsed, Path::new(""), shape, options)
            }
        }
    }

    /// With what it holds as a rule file, where that is known.
    fn loaded(self, rules: Option<RuleFile>) -> Document {
        let Some(rules) = rules else { return self };
        let Document { parsed, source, .. } = self;
        // Without another thread it would stay until the end.
        if source.text().len() > LARGE_BYTES && rayon::current_num_threads() > 1 {
            rayon::spawn(move || drop(parsed));
        }
        Document { parsed: Mutex::default(), rules: OnceLock::from(Arc::new(rules)), source, ..self }
    }

    /// A rule file, whatever it looks like.
    pub fn rule_file(source: &Arc<SourceFile>, settings: &Settings) -> Document {
        let options = settings.load_options(source.name());
        Document::of(source, yaml::parse(source), Path::new(""), FileShape::Rules, options)
    }

    /// A test file, whatever it looks like; its `rule_files` are relative to the current folder.
    pub fn test_file(source: &Arc<SourceFile>, settings: &Settings) -> Document {
        let options = settings.load_options(source.name());
        Document::of(source, yaml::parse(source), Path::new(""), FileShape::Tests, options)
    }

    fn of(
        source: &Arc<SourceFile>,
        mut parsed: Parsed,
        folder: &Path,
        shape: FileShape,
        options: LoadOptions,
    ) -> Document {
        let content = match shape {
            FileShape::Tests => Content::Tests(Arc::new(TestInput {
                test: testfile::decode(&parsed, source),
                folder: folder.to_owned(),
            })),
            FileShape::Rules => Content::Rules,
            shape => Content::PassedOver(shape),
        };
        Document {
            source: Arc::clone(source),
            options,
            comments: parsed.comments.iter().map(|comment| comment.span).collect(),
            problems: std::mem::take(&mut parsed.problems),
            is_cut: false,
            // Of a test file nobody needs it any more.
            parsed: Mutex::new(Some(parsed).filter(|_| !matches!(content, Content::Tests(_)))),
            rules: OnceLock::new(),
            content,
        }
    }

    /// A file that stops being text. Whatever else there is to say of it would come from its being cut off.
    fn cut(
        source: &Arc<SourceFile>,
        folder: &Path,
        shape: FileShape,
        options: LoadOptions,
        problem: Diagnostic,
    ) -> Document {
        let content = match shape {
            FileShape::Tests => {
                let mut test = testfile::decode(&yaml::parse(source), source);
                test.problems = vec![problem.clone()];
                Content::Tests(Arc::new(TestInput { test, folder: folder.to_owned() }))
            }
            FileShape::Rules => Content::Rules,
            shape => Content::PassedOver(shape),
        };
        Document {
            source: Arc::clone(source),
            content,
            options,
            comments: Vec::new(),
            problems: vec![problem],
            is_cut: true,
            parsed: Mutex::default(),
            rules: OnceLock::new(),
        }
    }

    /// The same file with another text. What it is does not change.
    #[must_use]
    pub fn with_text(&self, text: impl Into<String>) -> Document {
        let source = Arc::new(self.source.with_text(text));
        let (shape, folder) = match &self.content {
            Content::Rules => (FileShape::Rules, Path::new("")),
            Content::Tests(input) => (FileShape::Tests, input.folder.as_path()),
            Content::PassedOver(shape) => (*shape, Path::new("")),
        };
        Document::of(&source, yaml::parse(&source), folder, shape, self.options.clone())
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// Whether all of it is text.
    pub(super) fn is_text(&self) -> bool {
        !self.is_cut
    }

    /// Its rule groups; `None` where it is no rule file, or no text.
    pub fn rules(&self) -> Option<&Arc<RuleFile>> {
        (matches!(self.content, Content::Rules) && !self.is_cut).then(|| self.as_rules())
    }

    /// What it holds when it is read as a rule file.
    pub(super) fn as_rules(&self) -> &Arc<RuleFile> {
        self.rules.get_or_init(|| {
            let parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner).take();
            // Only where a test names a test file as its rules is it read again.
            let parsed = parsed.unwrap_or_else(|| yaml::parse(&self.source));
            Arc::new(rules::load_rules(&parsed, &self.source, &self.options))
        })
    }

    /// The tests in it; `None` where it is no test file.
    pub fn tests(&self) -> Option<&Arc<TestInput>> {
        match &self.content {
            Content::Tests(input) => Some(input),
            Content::Rules | Content::PassedOver(_) => None,
        }
    }

    /// What is wrong with it as a text, as YAML, and as what it is. Needs no other file.
    pub fn problems(&self) -> impl Iterator<Item = &Diagnostic> {
        let (own, further) = match &self.content {
            // Promtool reads the first document only, and so do these.
            Content::Tests(input) => (&[][..], &input.test.problems[..]),
            Content::Rules | Content::PassedOver(_) => {
                (&self.problems[..], self.rules().map_or(&[][..], |rules| &rules.problems))
            }
        };
        own.iter().chain(further)
    }

    /// The problems of the text and of YAML alone.
    pub(super) fn yaml_problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// The bytes of each YAML comment, from its `#` to the end of the line; also in a ConfigMap's rule files.
    pub fn comments(&self) -> impl Iterator<Item = Span> {
        let nested = self.rules().into_iter().flat_map(|file| &file.nested_comments).map(|comment| comment.span);
        self.comments.iter().copied().chain(nested)
    }

    /// How many alerting and recording rules it holds.
    pub fn rule_count(&self) -> usize {
        self.rules().into_iter().flat_map(|file| &file.groups).map(|group| group.rules.len()).sum()
    }
}
