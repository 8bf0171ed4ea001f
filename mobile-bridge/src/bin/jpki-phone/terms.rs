//! The terms of use: shown, and accepted by word or by their version on the command line.

use client::Screen;
use client::entry::Entry;
use wire::app::Terms;

use crate::show::agreed;
use crate::stopped::Stopped;

/// Shows the terms in force and has them accepted.
pub(crate) fn accept(
    screen: &mut Screen,
    entry: &mut Entry,
    terms: &Terms,
    accept_terms: &str,
) -> Result<(), Stopped> {
    let text = screen.language().pick(&terms.ja, &terms.en).to_owned();
    let plain = |text: &str| -> String {
        text.chars().filter(|character| !character.is_control() || *character == '\n').collect()
    };
    let version = plain(&terms.version);
    screen.say(&format!("  利用規約（版 {version}）"), &format!("  Terms of use (version {version})"));
    for line in plain(&text).lines() {
        screen.line(&format!("  | {line}"));
    }
    if accept_terms != "interactive" {
        if accept_terms != terms.version {
            return Err(Stopped::OtherTerms { in_force: version });
        }
        screen.say("  同意しました（指定による）。", "  Accepted (on the command line).");
        return Ok(());
    }
    screen.ask("  同意しますか？ [はい/いいえ]", "  Do you accept them? [yes/no]");
    if agreed(screen, entry)? { Ok(()) } else { Err(Stopped::TermsDeclined) }
}
