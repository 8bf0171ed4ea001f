//! `status` and `cancel`.

use client::entry::Entry;
use client::{Screen, jst};
use mobile_bridge::{FaceLock, Phone};
use time::OffsetDateTime;

use crate::face_step;
use crate::reservation_text;
use crate::stopped::Stopped;

pub(crate) async fn status(phone: &Phone, screen: &mut Screen, now: OffsetDateTime) -> Result<(), Stopped> {
    if phone.booking().is_some() {
        screen.say(
            "途中の手続きがあります。「book」で続きから再開できます。",
            "A booking is unfinished: `book` goes on with it.",
        );
    }
    if let Some(lock) = phone.lock() {
        if lock.is_over(now) {
            lock_over(screen, lock);
        } else if phone.held().is_none() {
            return Err(Stopped::Locked(lock.clone()));
        } else {
            face_step::locked(screen, lock);
        }
    }
    let reservation = phone.status().await?;
    screen.say("現在の予約:", "Your reservation:");
    reservation_text::show(screen, &reservation);
    Ok(())
}

fn lock_over(screen: &mut Screen, lock: &FaceLock) {
    let Some(until) = lock.until else { return };
    let until = jst::to_the_second(until, screen.language());
    screen.say(
        &format!("顔の照合による制限は{until}に終わりました。「book」でもう一度予約できます。"),
        &format!("The lock after face failures ended at {until}: `book` works again."),
    );
}

pub(crate) async fn cancel(
    phone: &Phone,
    screen: &mut Screen,
    entry: &mut Entry,
    yes: bool,
) -> Result<(), Stopped> {
    if phone.held().is_some() && !yes {
        screen.ask("予約を取り消しますか？ [はい/いいえ]", "Cancel the reservation? [yes/no]");
        if !agreed(screen, entry)? {
            return Err(Stopped::NotConfirmed);
        }
    }
    let reservation = phone.cancel().await?;
    screen.say("予約を取り消しました。", "The reservation is cancelled.");
    reservation_text::show(screen, &reservation);
    screen.say(
        "次に: 必要なときは、いつでもまた予約できます。",
        "Next: you can book again whenever you need to.",
    );
    Ok(())
}

/// Whether the next line says yes.
pub(crate) fn agreed(screen: &mut Screen, entry: &mut Entry) -> Result<bool, Stopped> {
    let line = entry.line().map_err(Stopped::System)?.unwrap_or_default();
    screen.after_entry(entry);
    Ok(matches!(line.trim().to_lowercase().as_str(), "yes" | "y" | "はい"))
}
