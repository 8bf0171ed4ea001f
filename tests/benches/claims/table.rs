//! What is printed.
#![expect(clippy::print_stdout, reason = "the bench's output")]

use crate::run::Order;

/// Microseconds of CPU time each, one entry per round.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) claims: Vec<f64>,
    pub(crate) baseline: Vec<f64>,
    pub(crate) signatures: Vec<f64>,
    pub(crate) sessions: Vec<f64>,
    pub(crate) refused: Vec<f64>,
}

/// Says what is about to be measured.
pub(crate) fn begin(order: &Order) {
    let Order { cards, rounds, connections } = order;
    println!(
        "CPU time per claim: {} claims on each store ({rounds} rounds of {cards}), {connections} kiosk connections \
         kept open.\nMedian of the rounds, in brackets their middle half. Issuing {cards} cards first.",
        cards * rounds
    );
}

/// One line.
pub(crate) fn note(line: &str) {
    println!("{line}");
}

/// The table of one store.
pub(crate) fn print(store: &str, figures: &Figures) {
    let [claim, baseline, signatures, refused, session] =
        [&figures.claims, &figures.baseline, &figures.signatures, &figures.refused, &figures.sessions]
            .map(|values| Spread::of(values));
    let ratios: Vec<f64> = figures.claims.iter().zip(&figures.baseline).map(|(a, b)| a / b).collect();
    let ratio = Spread::of(&ratios);
    println!("\n{store}");
    println!(
        "  server / baseline                     {:>8.2}    [{:.2} .. {:.2}]",
        ratio.median, ratio.low, ratio.high
    );
    claim.print("server, a claim");
    baseline.print("baseline, the same signatures and store");
    println!("  within these");
    signatures.print("  signatures (baseline without store)");
    line("  store (baseline less signatures)", baseline.median - signatures.median);
    line("  rest of the server", claim.median - baseline.median);
    println!("  beside them");
    refused.print("  request refused at its body");
    session.print("  session opened, before each claim");
}

fn line(name: &str, value: f64) {
    println!("  {name:<38}{value:>7.0} us");
}

struct Spread {
    low: f64,
    median: f64,
    high: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        let at = |quarter: usize| values[(values.len() - 1) * quarter / 4];
        Self { low: at(1), median: at(2), high: at(3) }
    }

    fn print(&self, name: &str) {
        println!("  {name:<38}{:>7.0} us   [{:.0} .. {:.0}]", self.median, self.low, self.high);
    }
}
