//! Whether a file belongs to a Helm chart, which decides what braces in quotes mean.

use std::path::Path;

use super::home::root_of;
use crate::rules::{FileShape, Templating};

/// What a file in `folder` is, where its text alone leaves it open: braces in quotes are Helm's in a chart, and a mistake of
/// their author's anywhere else.
pub(super) fn settle(shape: FileShape, folder: &Path) -> FileShape {
    match shape {
        FileShape::Templated(Templating::Quotes) if is_of_chart(folder) => FileShape::Templated(Templating::Helm),
        FileShape::Templated(Templating::Quotes) => FileShape::Rules,
        shape => shape,
    }
}

/// Whether the folder lies in a chart, or has the name of the one where charts keep what is rendered: there it is enough,
/// for what is above may not be at hand.
fn is_of_chart(folder: &Path) -> bool {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    let Ok(folder) = folder.canonicalize() else { return false };
    let root = root_of(&folder);
    let inside = || folder.ancestors().take_while(|above| root.is_none_or(|root| above.starts_with(root)));
    inside()
        .any(|above| above.file_name().is_some_and(|name| name == "templates") || above.join("Chart.yaml").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_known_by_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["chart/alerts/x", "a/templates/x", "plain/.git", "plain/alerts"] {
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        std::fs::write(folder.path().join("chart/Chart.yaml"), "name: x").unwrap();
        let quotes = FileShape::Templated(Templating::Quotes);
        let helm = FileShape::Templated(Templating::Helm);
        for (path, expected) in
            [("chart/alerts/x", helm), ("chart", helm), ("a/templates/x", helm), ("plain/alerts", FileShape::Rules)]
        {
            assert_eq!(settle(quotes, &folder.path().join(path)), expected, "{path}");
        }
        // What lies around a repository is another one's.
        std::fs::write(folder.path().join("Chart.yaml"), "name: x").unwrap();
        assert_eq!(settle(quotes, &folder.path().join("plain/alerts")), FileShape::Rules);
        assert_eq!(settle(FileShape::Tests, &folder.path().join("chart")), FileShape::Tests);
    }
}
