//! What is printed.
#![expect(clippy::print_stdout, reason = "the bench's output")]

use crate::dialogue::{Figures, Spread};

/// One line of the table, out of one side's figures.
type Row = fn(&Figures) -> &Spread;

/// One line.
pub(crate) fn note(line: &str) {
    println!("{line}");
}

/// The table.
pub(crate) fn print(pcscd: &Figures, in_process: &Figures) {
    println!(
        "Milliseconds per command to the simulated card: median, in brackets the slowest of a hundred.\n"
    );
    println!(
        "  {:<22}{:>17}{:>19}{:>11}{:>9}",
        "command", "through pcscd", "in this process", "pcscd adds", "ratio"
    );
    let rows: [(&str, Row); 4] = [
        ("tries left (4 bytes)", |figures| &figures.tries_left),
        ("read 256 bytes", |figures| &figures.read_256),
        ("VERIFY", |figures| &figures.verify),
        ("sign (RSA-2048)", |figures| &figures.sign),
    ];
    for (name, of) in rows {
        let (outside, inside) = (of(pcscd), of(in_process));
        let [outside_text, inside_text] =
            [outside, inside].map(|spread| format!("{:.4} [{:.3}]", spread.median, spread.slow));
        row(name, &outside_text, &inside_text, outside.median, inside.median);
    }
    let sum = |figures: &Figures| figures.verify.median + figures.sign.median;
    let (outside, inside) = (sum(pcscd), sum(in_process));
    row(
        "VERIFY and sign",
        &format!("{outside:.4}        "),
        &format!("{inside:.4}        "),
        outside,
        inside,
    );
}

fn row(name: &str, outside_text: &str, inside_text: &str, outside: f64, inside: f64) {
    let (more, ratio) = (outside - inside, outside / inside);
    println!("  {name:<22}{outside_text:>17}{inside_text:>19}{more:>11.3}{ratio:>9.1}");
}
