use super::*;

/// The values as one line, or the error with the part that it points at.
fn show(text: &str) -> String {
    match parse_values(text) {
        Ok(values) => values.iter().map(show_value).collect::<Vec<_>>().join(" "),
        Err(error) => format!("error at `{}`: {}", error.span.slice(text), error.message),
    }
}

fn show_value(value: &Option<SampleValue>) -> String {
    match value {
        None => "_".to_owned(),
        Some(value) if value.is_stale() => "stale".to_owned(),
        Some(SampleValue::Float(value)) => crate::model::gofmt::format_v(*value),
        Some(SampleValue::Histogram(histogram)) => histogram.test_expression(),
    }
}

#[test]
fn numbers_repeat_and_increase() {
    insta::assert_snapshot!(show("1 2x1 0+10x2 5-1x3 _ _x2 stale"), @"1 2 2 0 10 20 5 4 3 2 _ _ _ stale");
    insta::assert_snapshot!(show(" -1.5 .5 1e-3 1_000 Inf -inf NaN\n3"), @"-1.5 0.5 0.001 1000 +Inf -Inf NaN 3");
    insta::assert_snapshot!(show(""), @"");
}

#[test]
fn rounding_errors_gather() {
    insta::assert_snapshot!(show("0+0.1x3"), @"0 0.1 0.2 0.30000000000000004");
}

#[test]
fn zero_x_is_a_repetition_and_a_leading_zero_octal() {
    insta::assert_snapshot!(show("0x2 01x1 010 08 Inf+1x1"), @"0 0 0 1 1 8 8 +Inf +Inf");
}

#[test]
fn what_is_added_to_the_staleness_marker() {
    // Verdicts of promtool 3.5, and how many samples it counts. NaN: none of those that follow is a marker.
    let read = [
        ("stale", "stale"),
        ("stale+0x0", "stale"),
        ("stale-1x0", "stale"),
        ("stale+0x3 0 0", "stale NaN NaN NaN 0 0"),
        ("stale+1x3 5", "stale NaN NaN NaN 5"),
        ("stale-0x2", "stale NaN NaN"),
        ("stale+.5x2", "stale NaN NaN"),
        ("stale+1e3x2", "stale NaN NaN"),
        ("stale+1_0x2", "stale NaN NaN"),
        ("stale+1x03", "stale NaN NaN NaN"),
        ("_ stale+0x2 _", "_ stale NaN NaN _"),
        ("stale +1x1", "stale 1 1"),
        ("stale+1x2\tstale-2x1 _x2", "stale NaN NaN stale NaN _ _"),
        ("NaN+1x2", "NaN NaN NaN"),
    ];
    for (text, expected) in read {
        assert_eq!(show(text), expected, "{text}");
    }
    let refused = "stalex3|stale x3|STALE|STALE+0x3|stale+1|stale-1|stale+-1x3|stale--1x3|stale+_x3|stale+stalex3|1+stalex3|\
        stale+ 1x3|stale+1 x3|stale+1x 3|stale+1x3x4|stale+0x10x3|stale+1x1.5|stale+1x-3|stale+Infx3|stale+Inf+1x3|stale5|\
        stale.5|stale+1m|stale+{{}}x3|stale{{}}|-stale+1x3|+stale+1x3|stale+0x3stale|stale+1e400x3|stale+0b1x3|_+0x3|_stale|\
        0x10+1x3|1+1X3|1+-1x3|1+1x3+1x3";
    for text in refused.split('|') {
        assert!(parse_values(text).is_err(), "{text}");
    }
}

#[test]
fn histograms_repeat_and_increase() {
    insta::assert_snapshot!(show("{{}} {{sum:-1 }}x1 {{buckets:[1 2] offset:-1}}+{{count:2 buckets:[1]}}x2"), @"{{}} {{sum:-1}} {{sum:-1}} {{offset:-1 buckets:[1 2]}} {{count:2 offset:-1 buckets:[1 3]}} {{count:4 offset:-1 buckets:[1 4]}}");
    insta::assert_snapshot!(
        show("{{schema:-53 custom_values:[-1 2.5 ] buckets:[1 0 3] counter_reset_hint:gauge}}"),
        @"{{schema:-53 custom_values:[-1 2.5] counter_reset_hint:gauge buckets:[1 0 3]}}");
}

#[test]
fn what_promtool_refuses_is_refused() {
    let wrong = [
        "_5",
        "_x",
        "1 + 1x5",
        "NaNx3",
        "stalex3",
        "1+Infx3",
        "1x",
        "1x1.5",
        "1+1",
        "1x3x4",
        "1e400",
        "-1e309x2",
        "5m",
        "1e",
        "__",
        "a",
        "+",
        "1{{}}",
        "{",
        "{{",
        "{{foo:1}}",
        "{{sum:1 sum:2}}",
        "{{sum=1}}",
        "{{sum:+Inf}}",
        "{{sum:.5}}",
        "{{ sum:1}}",
        "{{z_bucket_w:-1}}",
        "{{buckets:[]}}",
        "{{buckets:[1,2]}}",
        "{{schema:99999999999}}",
        "{{counter_reset_hint:maybe}}",
        "{{}}{{}}",
        "{{}}+{{}}",
        "{{schema:1}}+{{}}x1",
        "{{schema:-53 custom_values:[1]}}+{{schema:1}}x1",
    ];
    let shown: Vec<String> = wrong.iter().map(|text| format!("{text} -> {}", show(text))).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    _5 -> error at `5`: unexpected `5`, expected white space between values
    _x -> error at ``: unexpected end of the values, expected the number of repetitions after `x`
    1 + 1x5 -> error at ` `: unexpected white space, expected a number after the sign
    NaNx3 -> error at `NaNx3`: unexpected `NaNx3`, expected a number, `_`, `stale` or a histogram `{{…}}`
    stalex3 -> error at `stalex3`: unexpected `stalex3`, expected a number, `_`, `stale` or a histogram `{{…}}`
    1+Infx3 -> error at `Infx3`: unexpected `Infx3`, expected a number after the sign
    1x -> error at ``: unexpected end of the values, expected the number of repetitions after `x`
    1x1.5 -> error at `1.5`: the repetition `1.5` is not a whole number
    1+1 -> error at ``: unexpected end of the values, expected `x` and the number of steps, as in `1+1x5`
    1x3x4 -> error at `3x4`: the repetition `3x4` is not a whole number
    1e400 -> error at `1e400`: `1e400` is too large for a number
    -1e309x2 -> error at `1e309`: `1e309` is too large for a number
    5m -> error at `5m`: `5m` is not a number
    1e -> error at `1e`: `1e` is not a number
    __ -> error at `_`: unexpected `_`, expected white space between values
    a -> error at `a`: unexpected `a`, expected a number, `_`, `stale` or a histogram `{{…}}`
    + -> error at ``: unexpected end of the values, expected a number after the sign
    1{{}} -> error at `{`: unexpected `{`, expected white space between values
    { -> error at `{`: unexpected `{`, expected `{{`, the beginning of a histogram
    {{ -> error at ``: unexpected end of the values, expected a key of a histogram such as `buckets:[5 10 7]`, or `}}`
    {{foo:1}} -> error at `foo`: unexpected `foo`, expected a key of a histogram such as `buckets:[5 10 7]`, or `}}`
    {{sum:1 sum:2}} -> error at `sum`: the histogram has the key `sum` twice
    {{sum=1}} -> error at `=`: unexpected `=`, expected `:` after `sum`
    {{sum:+Inf}} -> error at `+`: unexpected `+`, expected a number
    {{sum:.5}} -> error at `.5`: unexpected `.5`, expected a digit before the point
    {{ sum:1}} -> error at ` `: unexpected white space, expected a key of a histogram such as `buckets:[5 10 7]`, or `}}`
    {{z_bucket_w:-1}} -> error at `-`: unexpected `-`, expected a number
    {{buckets:[]}} -> error at `]`: unexpected `]`, expected a number
    {{buckets:[1,2]}} -> error at `,`: unexpected `,`, expected white space, or `]`
    {{schema:99999999999}} -> error at `99999999999`: the number does not fit 32 bits
    {{counter_reset_hint:maybe}} -> error at `maybe`: unexpected `maybe`, expected `unknown`, `reset`, `not_reset` or `gauge`
    {{}}{{}} -> error at `{`: unexpected `{`, expected white space between values
    {{}}+{{}} -> error at ``: unexpected end of the values, expected `x` and the number of steps, as in `{{…}}+{{…}}x5`
    {{schema:1}}+{{}}x1 -> error at `{{}}`: error combining histograms: cannot merge from schema 0 to 1
    {{schema:-53 custom_values:[1]}}+{{schema:1}}x1 -> error at `{{schema:1}}`: error combining histograms: cannot combine a histogram with custom buckets and one with exponential buckets
    ");
}

#[test]
fn expansion_is_bounded() {
    insta::assert_snapshot!(show("1x1000000000"), @"error at `1x1000000000`: the values expand to too many samples; the limit is 4000000 for one series");
    insta::assert_snapshot!(show("_x99999999999999999999999"), @"error at `_x99999999999999999999999`: the values expand to too many samples; the limit is 4000000 for one series");
    insta::assert_snapshot!(show("{{}}+{{}}x1000000"), @"error at `{{}}+{{}}x1000000`: the values expand to too many samples; the limit is 4000000 for one series");
    assert_eq!(parse_values("1x3999999").unwrap().len(), MAX_VALUES);
}

#[test]
fn one_histogram_and_whether_it_names_a_hint() {
    let (histogram, names_hint) = parse_histogram("{{counter_reset_hint:unknown}}").unwrap();
    assert_eq!((histogram.test_expression().as_str(), names_hint), ("{{}}", true));
    assert!(!parse_histogram(" {{sum:1}} ").unwrap().1);
    assert!(parse_histogram("{{}} 1").is_err());
}

#[test]
fn start_timestamps_are_relative() {
    let starts = |text: &str| start::parse(&mut Cursor::new(text)).map_err(|error| error.message);
    assert_eq!(
        starts(" _ -30s-1mx2 0 +1ms _x2"),
        Ok(vec![None, Some(-30_000), Some(-90_000), Some(-150_000), Some(0), Some(1), None, None])
    );
    insta::assert_snapshot!(starts(" -1").unwrap_err(), @r#"not a valid duration string: "1""#);
    insta::assert_snapshot!(starts(" 1m+1s").unwrap_err(), @"unexpected end of the values, expected `x` and the number of steps, as in `-30s-1mx5`");
}

#[test]
fn what_is_not_wanted_is_counted_and_not_expanded() {
    let up_to = |text: &str, wanted| {
        let SeriesItems::Values(values) = parse_line_up_to(text, wanted).unwrap().items else { panic!("start times") };
        let first: Vec<String> = values.first.iter().map(show_value).collect();
        format!("{} of {}{}", first.join(" "), values.length, if values.ends_empty { ", ends" } else { "" })
    };
    assert_eq!(up_to("x 0x10000000", 3), "0 0 0 of 10000001");
    assert_eq!(up_to("x 1+2x99999999999 _x3", 2), "1 3 of 100000000003, ends");
    assert_eq!(up_to("x 1 2 stale", 0), " of 3, ends");
    assert_eq!(up_to("x 1 stale+0x9999999", 3), "1 stale NaN of 10000001");
    assert_eq!(up_to("x 7 {{sum:1 count:1}}+{{sum:1 count:1}}x9999999 5", 2), "7 {{count:1 sum:1}} of 10000002");
    assert!(parse_line_up_to("x 1 {{schema:1}}+{{schema:0}}x5", 1).is_err());
}
