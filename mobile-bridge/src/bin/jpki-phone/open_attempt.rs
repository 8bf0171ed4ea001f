//! An earlier face attempt, with this phone or this card, that is still open: waited for while a person waits.

use std::time::Duration;

use client::{Failure, Screen};
use mobile_bridge::{CallError, PhoneError};
use wire::problem::ProblemType;

use crate::stopped::Stopped;

/// How long is waited in one run, all waits together: what one open attempt lasts at most.
const LONGEST: Duration = Duration::from_secs(60);
/// What a shorter wait counts as, so that waiting ends whatever the server says.
const SHORTEST: Duration = Duration::from_secs(1);

/// Whether this is what the server says of an open attempt.
pub(crate) fn is(failure: &Failure) -> bool {
    failure.kind() == Some(ProblemType::AttemptInProgress)
}

/// What was waited for in this run.
#[derive(Default)]
pub(crate) struct Patience {
    waited: Duration,
}

impl Patience {
    /// Waits until the open attempt is over; after it the same call is made again.
    ///
    /// # Errors
    /// What was to be waited for, if it is no open attempt, or takes too long.
    pub(crate) async fn wait(&mut self, screen: &mut Screen, error: PhoneError) -> Result<(), Stopped> {
        let PhoneError::Call(CallError::Failure(failure @ Failure::Busy { retry_after: Some(asked), .. })) =
            &error
        else {
            return Err(error.into());
        };
        let after = self.waited.saturating_add((*asked).max(SHORTEST));
        if !is(failure) || after > LONGEST {
            return Err(error.into());
        }
        self.waited = after;
        let seconds = asked.as_secs() + u64::from(asked.subsec_nanos() > 0);
        screen.say(
            &format!(
                "  この端末またはカードの前の照合がまだ終わっていません。最長で約{seconds}秒待って、自動で続けます。"
            ),
            &format!(
                "  An earlier attempt with this phone or card is not over yet. It may take {seconds} s; this goes on \
                 by itself."
            ),
        );
        tokio::time::sleep(*asked).await;
        Ok(())
    }
}

/// What is told where it is not waited for any longer.
pub(crate) fn tell(screen: &mut Screen) {
    screen.say(
        "この端末またはカードの前の照合がまだ終わっていません。1分ほどしてから、同じ操作をもう一度行ってください。\
         写真と暗証番号はもう一度必要です。",
        "An earlier attempt with this phone or card is not over yet. Repeat the same command in a minute; the pictures and \
         the PIN are asked for again.",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::Answer;
    use client::exit::Exit;

    fn busy(kind: ProblemType, retry_after: Option<Duration>) -> PhoneError {
        let body = format!(
            r#"{{"type":"{}","title":"x","status":503,"instance":"x","next_step":{{"ja":"x","en":"x"}}}}"#,
            kind.uri()
        );
        match Failure::from_answer(&Answer::new(503, body.into_bytes())) {
            Failure::Busy { refusal, .. } => Failure::Busy { retry_after, refusal }.into(),
            other => panic!("{other}"),
        }
    }

    #[tokio::test]
    async fn an_open_attempt_is_waited_for_only_where_that_takes_a_minute_at_most() {
        let open = |seconds| busy(ProblemType::AttemptInProgress, Some(Duration::from_secs(seconds)));
        let mut screen = Screen::to(client::Language::En, std::io::sink());
        let mut patience = Patience::default();
        // However short the waits, they end.
        for _ in 0..60 {
            patience.wait(&mut screen, open(0)).await.unwrap();
        }
        let stopped = patience.wait(&mut screen, open(0)).await.unwrap_err();
        assert_eq!(stopped.exit(), Exit::TryAgain);
        let too_long = Patience::default().wait(&mut screen, open(61)).await.unwrap_err();
        assert_eq!(too_long.exit(), Exit::TryAgain);
    }

    #[tokio::test]
    async fn nothing_else_that_may_be_repeated_is_waited_for_here() {
        let mut screen = Screen::to(client::Language::En, std::io::sink());
        for other in [
            busy(ProblemType::Unavailable, Some(Duration::ZERO)),
            busy(ProblemType::AttemptInProgress, None),
            Failure::Interrupted.into(),
            PhoneError::BookingOver,
        ] {
            assert!(Patience::default().wait(&mut screen, other).await.is_err());
        }
    }
}
