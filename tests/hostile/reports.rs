//! `report merge` on files that are no reports.

use std::process::Command;

use crate::attack;
use crate::support::Sandbox;

const REPORT: &str = "<testsuites><testsuite name=\"a\"><testcase name=\"b\"/></testsuite></testsuites>";

#[test]
fn pipes_and_devices_are_refused() {
    let sandbox = Sandbox::with(&[("a.xml", REPORT)]);
    assert!(Command::new("mkfifo").arg(sandbox.path("pipe")).status().unwrap().success());
    for file in ["pipe", "/dev/zero", "."] {
        let ended = attack::run(&sandbox, &["report", "merge", "a.xml", file]);
        assert_eq!(ended.code, 2, "{file}");
        assert!(ended.stderr.contains("not a regular file"), "{file}: {}", ended.stderr);
    }
}

#[test]
fn a_file_without_end_is_refused() {
    let sandbox = Sandbox::with(&[("a.xml", REPORT)]);
    std::fs::File::create(sandbox.path("sparse.xml")).unwrap().set_len(100 << 30).unwrap();
    let ended = attack::run(&sandbox, &["report", "merge", "a.xml", "sparse.xml"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("larger than 256 MiB"), "{}", ended.stderr);
}

#[test]
fn the_output_is_no_input() {
    let sandbox = Sandbox::with(&[("a.xml", REPORT)]);
    std::os::unix::fs::symlink("a.xml", sandbox.path("b.xml")).unwrap();
    for output in ["a.xml", "b.xml", "./a.xml"] {
        assert_eq!(attack::run(&sandbox, &["report", "merge", "a.xml", "-o", output]).code, 2);
    }
    assert_eq!(std::fs::read_to_string(sandbox.path("a.xml")).unwrap(), REPORT);
}

#[test]
fn what_xml_does_not_allow_is_not_passed_on() {
    for character in ["&#x1b;", "&#0;", "\u{1b}", "&#xfffe;"] {
        for text in [
            format!("<testsuites><testsuite name=\"a{character}\"><testcase name=\"b\"/></testsuite></testsuites>"),
            format!(
                "<testsuites><testsuite name=\"a\"><testcase name=\"b\">{character}</testcase></testsuite></testsuites>"
            ),
        ] {
            let ended = attack::run(&Sandbox::with(&[("a.xml", &text)]), &["report", "merge", "a.xml"]);
            assert_eq!(ended.code, 2, "{text:?}: {}", ended.stdout);
            assert!(!ended.stderr.contains('\u{1b}'));
        }
    }
}
