//! The one place that prints.

/// One line for the person.
#[expect(clippy::print_stdout, reason = "this is the output of the command line")]
pub fn line(text: &str) {
    println!("{text}");
}

/// One line that says why a command failed.
#[expect(clippy::print_stderr, reason = "this is the output of the command line")]
pub fn error(text: &str) {
    eprintln!("jpki-reset: {text}");
}
