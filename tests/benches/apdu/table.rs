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
    println!("  {:<24}{:>20}{:>22}{:>9}", "command", "through pcscd", "in this process", "ratio");
    let rows: [(&str, Row); 4] = [
        ("tries left (4 bytes)", |figures| &figures.tries_left),
        ("read 256 bytes", |figures| &figures.read_256),
        ("VERIFY", |figures| &figures.verify),
        ("sign (RSA-2048)", |figures| &figures.sign),
    ];
    for (name, of) in rows {
        let (outside, inside) = (of(pcscd), of(in_process));
        let [outside_text, inside_text] =
            [outside, inside].map(|spread| format!("{:.3} [{:.3}]", spread.median, spread.slow));
        println!("  {name:<24}{outside_text:>20}{inside_text:>22}{:>9.1}", outside.median / inside.median);
    }
    let sum = |figures: &Figures| figures.verify.median + figures.sign.median;
    let (outside, inside) = (sum(pcscd), sum(in_process));
    println!("  {:<24}{outside:>12.3}{inside:>22.3}{:>17.1}", "VERIFY and sign", outside / inside);
}
