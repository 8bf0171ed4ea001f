//! `recover`: tells the server what an earlier stop, or a lost network, left open.

use client::exit::Exit;
use client::{Retry, Screen, tell};
use kiosk::{Recovered, SystemTimer, Verdict, recover};

use crate::setup::Setup;
use crate::stopped::Stopped;

pub(crate) fn run(setup: &Setup, screen: &mut Screen) -> Result<Exit, Stopped> {
    let mut journal = setup.open_journal()?;
    let server = setup.connect()?;
    let recovered = recover(&server, &mut journal, &SystemTimer::start(), Retry::MUST_ARRIVE)?;
    if recovered.settled.is_empty() && recovered.waiting.is_empty() {
        screen.say("中断した処理はありません。", "Nothing was left open.");
    }
    show(screen, &recovered);
    Ok(if recovered.waiting.is_empty() { Exit::Done } else { Exit::TryAgain })
}

/// Shows what was settled and what still waits.
pub(crate) fn show(screen: &mut Screen, recovered: &Recovered) {
    for (claim, verdict) in &recovered.settled {
        let (ja, en) = match verdict {
            Verdict::Completed => ("完了", "completed"),
            Verdict::Noted => ("記録のみ", "noted"),
            Verdict::Released { .. } => ("予約は再び使えます", "the reservation is free again"),
            Verdict::Waiting { .. } => ("時間切れを待っています", "the hold runs out by itself"),
            Verdict::Taken => ("受付済み", "taken"),
            Verdict::Refused { .. } => ("受け付けられませんでした", "refused for good"),
        };
        screen.say(
            &format!("中断した処理をサーバーへ報告しました: {claim}（{ja}）"),
            &format!("Told the server how an interrupted reset ended: {claim} ({en})"),
        );
    }
    for (claim, failure) in &recovered.waiting {
        screen.say(
            &format!("中断した処理をまだ報告できません: {claim}"),
            &format!("The server could not be told yet: {claim}"),
        );
        tell::failure(screen, failure);
    }
}
