//! Rates: who asks too often waits, and is told how long.

use std::num::NonZeroU32;
use std::time::Duration;

use server::config::{Rate, Rates};
use wire::kiosk::{Completion, Granted};
use wire::problem::ProblemType;

use crate::phone::Call;
use crate::site::Site;

/// So many at once, then so many a minute.
pub fn rate(burst: u32, per_minute: u32) -> Rate {
    let of = |number| NonZeroU32::new(number).unwrap();
    Rate { burst: of(burst), per_minute: of(per_minute) }
}

/// As good as no limit, for tests that ask a thousand times.
pub fn admit_all(rates: &mut Rates) {
    let all = rate(1_000_000, 1_000_000);
    *rates = Rates { app_address: all, installation: all, face: all, kiosk: all, admin_address: all };
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits_as_long_as_it_is_told() {
    let site = Site::with(|config| config.rates.app_address = rate(5, 60), |_| {});
    let phone = site.phone().await;
    let address = format!("{}/openapi.json", phone.origin);
    let mut last = None;
    for _ in 0..5 {
        last = Some(crate::answer::Answer::read(phone.client.get(&address).send().await.unwrap()).await);
    }
    let refused = last.unwrap();
    assert_eq!(refused.refused(), ProblemType::TooManyRequests);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    site.advance(Duration::from_secs(wait));
    assert_eq!(phone.client.get(&address).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_device_key_that_asks_too_often_waits_and_others_do_not() {
    let site = Site::with(|config| config.rates.installation = rate(3, 60), |_| {});
    let (phone, other) = (site.phone().await, site.phone().await);
    for _ in 0..3 {
        phone.register().await;
    }
    let call = Call::json("/app/v1/installations", &serde_json::json!({ "app": "x" }));
    assert_eq!(phone.call(call).await.refused(), ProblemType::TooManyRequests);
    other.register().await;
}

#[tokio::test]
async fn a_kiosk_that_asks_too_often_waits_but_its_report_is_never_final() {
    let site = Site::with(|config| config.rates.kiosk = rate(2, 60), |_| {});
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    assert_eq!(kiosk.open(None).await.refused(), ProblemType::TooManyRequests);
    let unknown = Completion::Unknown {};
    assert_eq!(kiosk.report(&granted, &unknown).await.refused(), ProblemType::Unavailable);
    site.advance(Duration::from_secs(1));
    assert_eq!(kiosk.report(&granted, &unknown).await.status, 200);
}
