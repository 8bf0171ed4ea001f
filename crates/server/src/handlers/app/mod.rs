//! What a phone can do: register, book, prove the card, reserve, look, cancel.
//!
//! | module | idea |
//! |---|---|
//! | [`installations`] | the device key is registered |
//! | [`bookings`] | a booking begins |
//! | [`card`] | the card proves itself, once and for the whole booking |
//! | [`face_challenge`] | what the holder is asked to do before the camera, and by when |
//! | [`face`] | the frames, and the verdict |
//! | [`reserve`] | the booking becomes a reservation |
//! | [`reservations`] | status and cancelling, with the reservation token |

pub mod bookings;
pub mod card;
pub mod face;
pub mod face_challenge;
pub mod installations;
pub mod reservations;
pub mod reserve;

use utoipa_actix_web::service_config::ServiceConfig;

/// All routes of the app listener.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(installations::register)
        .service(bookings::start)
        .service(card::prove)
        .service(face_challenge::issue)
        .service(face::judge)
        .service(reserve::reserve)
        .service(reservations::show)
        .service(reservations::cancel);
}
