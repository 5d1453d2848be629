//! The checks of a `rule { … }` that demand something.

use hcl_edit::structure::{Attribute, Block};

use crate::lint::config::Value;
use crate::lint::import::SERVER;
use crate::lint::import::draft::{Demand, Draft, named, text};
use crate::lint::import::hcl::{self, head, label, place, title};
use crate::lint::import::names::{is_anything, is_name};

/// What a check demands; `None` where nothing of it can be said, which is noted.
pub(super) fn demand(block: &Block, draft: &mut Draft<'_>) -> Option<Demand> {
    let mut settings = Settings { block, draft };
    let mut demand = match block.ident.as_str() {
        "aggregate" => settings.aggregate(),
        "selector" => settings.selector(),
        "annotation" => settings.field(&ANNOTATION),
        "label" => settings.field(&LABEL),
        "for" => settings.bounds(&[("min", "for-min"), ("max", "for-max")]),
        "keep_firing_for" => settings.bounds(&[("min", "keep-firing-min"), ("max", "keep-firing-max")]),
        "name" => Some(Demand::of("name-pattern", text(label(block)))),
        "reject" => settings.reject(),
        "report" => Some(Demand::of("report", Value::Boolean(true))),
        "range_query" => settings.bounds(&[("max", "max-range")]),
        "call" => settings.none("a selector is a selector here, whatever function it stands in"),
        "cost" | "alerts" => settings.none(SERVER),
        "link" => settings.none("`check --online` asks the network, for links to runbooks"),
        _ => settings.none("this version of promproof knows no such check"),
    }?;
    demand.message = settings.text("comment").filter(|comment| !comment.trim().is_empty());
    demand.severity = match settings.text("severity").as_deref() {
        Some("fatal" | "bug") => Some("error"),
        Some("warning") => Some("warning"),
        Some("info" | "information") => Some("info"),
        _ => usual_severity(block.ident.as_str()),
    };
    settings.name_unknown();
    Some(demand)
}

/// How severe pint takes what a check finds, where nothing is said of it; `None` for an error, which is what policies here
/// find.
fn usual_severity(check: &str) -> Option<&'static str> {
    match check {
        "aggregate" | "selector" | "annotation" | "label" | "range_query" => Some("warning"),
        "name" => Some("info"),
        _ => None,
    }
}

/// The keys here for what pint says of labels or annotations.
struct Fields {
    required: &'static str,
    pattern: &'static str,
    values: &'static str,
}

const LABEL: Fields = Fields { required: "required-labels", pattern: "label-patterns", values: "label-values" };

const ANNOTATION: Fields =
    Fields { required: "required-annotations", pattern: "annotation-patterns", values: "annotation-values" };

/// For each key of `reject`, those of whose labels or annotations it speaks.
const REJECTED: [(&str, &str, bool); 4] = [
    ("label_keys", "forbidden-labels", true),
    ("label_values", "forbidden-label-values", false),
    ("annotation_keys", "forbidden-annotations", true),
    ("annotation_values", "forbidden-annotation-values", false),
];

/// The keys of a check.
struct Settings<'b, 'd, 'f> {
    block: &'b Block,
    draft: &'d mut Draft<'f>,
}

impl Settings<'_, '_, '_> {
    fn none(&mut self, why: &str) -> Option<Demand> {
        self.draft.leave_out(head(self.block), &title(self.block), why);
        None
    }

    fn get(&self, key: &str) -> Option<&Attribute> {
        self.block.body.get_attribute(key)
    }

    /// The text under `key`; one that has to be worked out is noted.
    fn text(&mut self, key: &str) -> Option<String> {
        let attribute = self.block.body.get_attribute(key)?;
        let text = hcl::text(&attribute.value);
        if text.is_none() {
            self.draft.leave_out(place(attribute), &format!("`{key}`"), "its value is worked out when pint runs");
        }
        text
    }

    fn is_on(&self, key: &str) -> bool {
        self.get(key).and_then(|attribute| attribute.value.as_bool()) == Some(true)
    }

    /// The list of texts under `key`.
    fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let attribute = self.block.body.get_attribute(key)?;
        let texts = hcl::texts(&attribute.value);
        if texts.is_none() {
            self.draft.leave_out(place(attribute), &format!("`{key}`"), "it is no list of texts");
        }
        texts
    }

    /// For rules whose names match the label of the block.
    fn aggregate(&mut self) -> Option<Demand> {
        let mut demand = Demand::default();
        for (key, ours) in [("keep", "keep-labels"), ("strip", "strip-labels")] {
            if let Some(labels) = self.texts(key).filter(|labels| !labels.is_empty()) {
                demand = demand.with(ours, Value::Texts(labels));
            }
        }
        let names = label(self.block);
        (!demand.keys.is_empty()).then(|| match is_anything(names) {
            true => demand,
            false => demand.with("names", text(names)),
        })
    }

    fn selector(&mut self) -> Option<Demand> {
        let labels = self.texts("requiredLabels")?;
        let demand = Demand::of("required-matchers", Value::Texts(labels));
        let metrics = label(self.block);
        Some(if is_anything(metrics) { demand } else { demand.with("matchers-for", text(metrics)) })
    }

    fn field(&mut self, keys: &Fields) -> Option<Demand> {
        let name = label(self.block).to_owned();
        let mut demand = Demand::default();
        if self.is_on("required") {
            demand = demand.with(keys.required, Value::Texts(vec![name.clone()]));
        }
        let value = self.text("value").map(|regex| (keys.pattern, text(regex)));
        let values = self.texts("values").map(|values| (keys.values, Value::Texts(values)));
        for (key, value) in value.into_iter().chain(values) {
            if is_name(&name) {
                demand = demand.with(key, named(&name, value));
            } else {
                let why = "what a value has to be like is said for one name, not for a pattern of names";
                self.draft.leave_out(head(self.block), &format!("the value of {}", title(self.block)), why);
            }
        }
        if let Some(attribute) = self.get("token") {
            let at = place(attribute);
            self.draft.leave_out(at, "`token`", "a pattern is for the whole value");
            // What holds for each token does not hold for all of them at once.
            demand.keys.retain(|key, _| *key == keys.required);
        }
        Some(demand)
    }

    fn bounds(&mut self, keys: &[(&'static str, &'static str)]) -> Option<Demand> {
        let mut demand = Demand::default();
        for (theirs, ours) in keys {
            // Nothing is shorter than 0.
            if let Some(duration) = self.text(theirs).filter(|duration| duration.trim_matches(|c| c == '0') != "s") {
                demand = demand.with(ours, text(duration));
            }
        }
        Some(demand)
    }

    fn reject(&mut self) -> Option<Demand> {
        let regex = label(self.block);
        let mut demand = Demand::default();
        for (theirs, ours, is_list) in REJECTED {
            if self.is_on(theirs) {
                let value = if is_list { Value::Texts(vec![regex.to_owned()]) } else { text(regex) };
                demand = demand.with(ours, value);
            }
        }
        Some(demand)
    }

    /// Notes keys that say nothing to anybody.
    fn name_unknown(&mut self) {
        const KNOWN: [&str; 17] = [
            "severity",
            "comment",
            "keep",
            "strip",
            "requiredLabels",
            "required",
            "value",
            "values",
            "token",
            "min",
            "max",
            "label_keys",
            "label_values",
            "annotation_keys",
            "annotation_values",
            "timeout",
            "headers",
        ];
        let block = self.block;
        for attribute in block.body.attributes().filter(|attribute| !KNOWN.contains(&attribute.key.as_str())) {
            super::unknown_key(attribute, self.draft);
        }
        for inner in block.body.blocks() {
            self.draft.leave_out(head(inner), &title(inner), "this version of promproof knows no such block");
        }
    }
}
