//! What is found in a template, each reference with its bytes.

fn shown(text: &str) -> String {
    let template = crate::template::parse(text).unwrap();
    let found = template.references();
    let mut out = String::new();
    for label in &found.labels {
        let guarded = if label.guarded { " guarded" } else { "" };
        out += &format!("{:?} {} <{}>{guarded}\n", label.owner, label.name, label.span.slice(text));
        assert_eq!(label.name_span.slice(text), label.name);
    }
    for other in found.all_labels.iter().chain(&found.others) {
        out += &format!("{:?} <{}>\n", other.kind, other.span.slice(text));
    }
    for query in &found.queries {
        let (literal, format) = (query.literal.as_ref(), query.format.as_ref());
        out += &format!("query {:?} {:?}\n", literal.map(|l| &l.value), format.map(|f| &f.value));
    }
    out
}

#[test]
fn every_way_to_name_a_label() {
    insta::assert_snapshot!(shown(
        "{{ $labels.a }} {{ .Labels.b }} {{ $.Labels.c }} {{ index $labels \"d-e\" }} {{ $l := .Labels }}{{ $l.f }}\
         {{ with $labels }}{{ .g }}{{ end }}{{ (.Labels).h }} {{ $labels.i | title }} {{ $externalLabels.cluster }}"
    ), @r#"
    Alert a <$labels.a>
    Alert b <.Labels.b>
    Alert c <$.Labels.c>
    Alert d-e <index $labels "d-e">
    Alert f <$l.f>
    Alert g <.g>
    Alert h <(.Labels).h>
    Alert i <$labels.i>
    External cluster <$externalLabels.cluster>
    "#);
}

#[test]
fn labels_of_queries_are_not_the_alerts() {
    insta::assert_snapshot!(shown(
        "{{ range query \"up\" }}{{ .Labels.instance }} {{ label \"job\" . }} {{ $labels.job }}{{ end }}\
         {{ with printf \"x{job='%s'}\" $labels.job | query }}{{ (first .).Labels.x }} {{ . | first | value }}{{ end }}"
    ), @r#"
    Query(Some(15..19)) instance <.Labels.instance>
    Query(Some(15..19)) job <label "job" .>
    Alert job <$labels.job>
    Alert job <$labels.job>
    Query(None) x <(first .).Labels.x>
    query Some("up") None
    query None Some("x{job='%s'}")
    "#);
}

#[test]
fn comparisons_with_nothing_ask_for_presence() {
    insta::assert_snapshot!(shown(
        "{{ if ne $labels.a \"\" }}{{ $labels.a }}{{ end }}{{ if eq \"\" $labels.b }}none{{ else }}{{ $labels.b }}{{ end }}\
         {{ if gt (len $labels.c) 0 }}{{ $labels.c }}{{ end }}\
         {{ if len $labels.e }}{{ $labels.e }}{{ end }}{{ len $labels.f }}{{ ne $labels.g \"x\" }}"
    ), @r"
    Alert a <$labels.a> guarded
    Alert a <$labels.a> guarded
    Alert b <$labels.b> guarded
    Alert b <$labels.b> guarded
    Alert c <$labels.c> guarded
    Alert c <$labels.c> guarded
    Alert e <$labels.e> guarded
    Alert e <$labels.e> guarded
    Alert f <$labels.f>
    Alert g <$labels.g>
    ");
}

#[test]
fn conditions_guard_what_they_ask_for() {
    insta::assert_snapshot!(shown(
        "{{ if $labels.a }}{{ $labels.a }}{{ $labels.b }}{{ else }}{{ $labels.a }}{{ end }}\
         {{ if not $labels.c }}none{{ else }}{{ $labels.c }}{{ end }}{{ or $labels.d $labels.e }}\
         {{ if eq $labels.f \"x\" }}{{ $labels.f }}{{ end }}{{ with $labels.g }}{{ . }}{{ end }}\
         {{ if and $labels.h (gt $value 1.0) }}{{ $labels.h }}{{ end }}"
    ), @r"
    Alert a <$labels.a> guarded
    Alert a <$labels.a> guarded
    Alert b <$labels.b>
    Alert a <$labels.a>
    Alert c <$labels.c> guarded
    Alert c <$labels.c> guarded
    Alert d <$labels.d> guarded
    Alert e <$labels.e> guarded
    Alert f <$labels.f>
    Alert f <$labels.f> guarded
    Alert g <$labels.g> guarded
    Alert h <$labels.h> guarded
    Alert h <$labels.h> guarded
    Value <$value>
    ");
}

#[test]
fn definitions_are_read_with_the_dot_they_are_given() {
    insta::assert_snapshot!(shown(
        "{{ define \"x\" }}{{ .Labels.a }}{{ end }}{{ template \"x\" . }}\
         {{ define \"y\" }}{{ .arg0.b }}{{ template \"y\" . }}{{ end }}{{ template \"y\" (args $labels $value) }}\
         {{ define \"unused\" }}{{ .Labels.c }}{{ end }}"
    ), @r"
    Alert a <.Labels.a>
    Alert b <.arg0.b>
    Value <$value>
    ");
}

#[test]
fn whole_label_sets() {
    insta::assert_snapshot!(shown(
        "{{ $labels }}{{ range $k, $v := $labels }}{{ $k }}={{ $v }}{{ end }}{{ $externalLabels }}{{ $externalURL }}"
    ), @r"
    AllLabels <$labels>
    AllLabels <$k, $v := $labels>
    AllExternalLabels <$externalLabels>
    ExternalUrl <$externalURL>
    ");
}
