//! `POST /app/v1/bookings/{booking}/face`: the frames, and the verdict.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use reservation::BookingId;
use utoipa::ToSchema;
use uuid::Uuid;
use wire::app::{FaceEvidence, FaceVerdict, SurfaceFile};

use crate::attempt::{self, Attempt};
use crate::listener::app::AppContext;
use crate::problem::Refusal;
use crate::request::frames;
use crate::request::phone::FacePhone;

/// Compares the holder's face with the portrait in the card's chip. The same parts again get the same verdict, and
/// are not compared again.
#[utoipa::path(
    params(("booking" = Uuid, Path, description = "The booking")),
    request_body(
        content = FaceParts, content_type = "multipart/form-data",
        description = "At most 12 MiB in all. Whether the frames came in time is judged when all of it has arrived."
    ),
    responses((status = 200, description = "The verdict, now or before", body = FaceVerdict))
)]
#[post("/app/v1/bookings/{booking}/face")]
pub(crate) async fn judge(
    http: HttpRequest,
    path: Path<Uuid>,
    phone: FacePhone,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let sent = frames::parse(&http, phone.body).await?;
    let attempt = Attempt {
        installation: phone.installation,
        booking: BookingId::from_u128(path.as_u128()),
        sent,
        received: phone.now,
    };
    Ok(HttpResponse::Ok().json(attempt::judge(&context, attempt).await?))
}

/// The parts of the body, for the document.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its description is used: the parts are split by hand, each with its bound"
)]
struct FaceParts {
    /// JSON, at most 1 KiB.
    face: FaceEvidence,
    /// Byte for byte as the card's evidence had it.
    surface: SurfaceFile,
    /// As many JPEG pictures as the challenge takes, of at most 1 MiB each, in the order they were taken; each a part named
    /// `frame`. Those on the way from one pose to the next belong to them.
    #[schema(min_items = 5, max_items = 32, content_media_type = "application/octet-stream")]
    frame: Vec<String>,
}
