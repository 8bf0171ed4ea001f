//! A stop: not ready first, then no new work, and an end in bounded time.

use std::time::{Duration, Instant};

use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::site::Site;

#[tokio::test]
async fn a_stop_flips_readiness_while_it_still_answers_and_then_ends() {
    let mut site = Site::with(|config| config.listen.drain_secs = 1, |_| {});
    let (admin, app) = (site.running().admin_addr, site.running().app_addr);
    let ready = format!("http://{admin}/readyz");
    assert_eq!(reqwest::get(&ready).await.unwrap().status(), 200);
    let began = Instant::now();
    let stopping = tokio::spawn(site.take_running().stop());
    // The first answer after the flip; the drain keeps the listener up for a second.
    let refused = loop {
        let answer = Answer::read(reqwest::get(&ready).await.unwrap()).await;
        if answer.status != 200 {
            break answer;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(refused.refused(), ProblemType::Unavailable);
    stopping.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(8));
    assert!(tokio::net::TcpStream::connect(app).await.is_err(), "nobody listens any more");
}
