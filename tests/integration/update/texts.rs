//! Whatever a test expects, an update makes it pass.

use promproof::unittest::{self, Extent};
use proptest::prelude::*;

use crate::folder::Folder;

/// Texts that YAML has something of its own to say about.
fn text() -> impl Strategy<Value = String> {
    let odd = [
        "yes", "~", "null", "1.50", "#x", "a #b", "a: b", "it's", "\"q\"", "{a}", "[1, 2]", "- a", " x ", "a\nb\n",
        "\\n", "ä\t€",
    ];
    prop_oneof![prop::sample::select(odd.to_vec()).prop_map(str::to_owned), "[a-z]{1,6}", "[ -~]{1,12}"]
}

proptest! {
    /// Whatever a test expects, in whatever style: after an update it passes, and what stands before and behind the
    /// expectations is as it was.
    #[test]
    fn an_updated_file_passes_and_keeps_all_else(
        label in text(),
        annotation in prop::option::of(text()),
        expected in prop::collection::vec((text(), prop::option::of(text())), 0..3),
        style in 0..4_usize,
    ) {
        // Braces would be a template.
        prop_assume!(!label.contains("{{") && !annotation.iter().any(|text| text.contains("{{")));
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let annotations = annotation.map_or_else(String::new, |text| format!("        annotations: {{note: {}}}\n", json(&text)));
        let rules = format!(
            "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: vector(1)\n        labels: {{l: {}}}\n{annotations}",
            json(&label)
        );
        let folder = Folder::with(&[("rules.yml", &rules)]);
        let before = "# before\nrule_files: [rules.yml]\ntests:\n  - alert_rule_test:\n      - eval_time: 1m\n        alertname: A";
        let behind = "\n# behind\n  - name: other # kept\n";
        let alert = |(label, annotation): &(String, Option<String>)| {
            let annotation = annotation.as_ref().map(|text| format!(", exp_annotations: {{note: {}}}", json(text)));
            format!("{{exp_labels: {{l: {}}}{}}}", json(label), annotation.unwrap_or_default())
        };
        let items: Vec<String> = expected.iter().map(alert).collect();
        let list = match style {
            _ if items.is_empty() => [" ", "", " []", " ~"][style].to_owned(),
            0 => format!(" [{}]", items.join(", ")),
            1 => items.iter().map(|item| format!("\n          - {item}")).collect(),
            2 => items.iter().map(|item| format!("\n        - {item} # this one")).collect(),
            _ => expected
                .iter()
                .map(|(label, note)| {
                    let note = note.as_ref().map(|text| format!("\n              exp_annotations:\n                note: {}", json(text)));
                    format!("\n            -\n              exp_labels:\n                l: {} # l{}", json(label), note.unwrap_or_default())
                })
                .collect(),
        };
        let text = format!("{before}\n        exp_alerts:{list}{behind}");
        let report = folder.run(&text);
        prop_assert_eq!(&report.files[0].problems.iter().map(|p| &p.message).collect::<Vec<_>>(), &Vec::<&String>::new());
        if report.failed() {
            let update = unittest::update(&report.files[0], Extent::All);
            prop_assert!(update.left.is_empty(), "{text}");
            prop_assert!(update.text.starts_with(before) && update.text.ends_with(behind), "{}", update.text);
            prop_assert!(!folder.run(&update.text).failed(), "{text}\n{}", update.text);
        }
    }
}
