//! The OpenAPI document of each listener, made from the handlers themselves.
//!
//! What every operation shares is added in one place: problems, and how the caller proves itself.

use actix_web::web::Bytes;
use actix_web::{App, HttpResponse};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, Ref, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::problem::{Advice, Facts, Problem, Sentence};

use crate::handlers;
use crate::problem::render::MEDIA_TYPE;

/// Where each listener serves its document.
pub const PATH: &str = "/openapi.json";

/// One of the three interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// Phones.
    App,
    /// Kiosks.
    Kiosk,
    /// The operator.
    Admin,
}

impl Interface {
    /// All three.
    pub const ALL: [Self; 3] = [Self::App, Self::Kiosk, Self::Admin];

    /// Its name on command lines and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Kiosk => "kiosk",
            Self::Admin => "admin",
        }
    }

    const fn about(self) -> (&'static str, &'static str) {
        match self {
            Self::App => (
                "jpki-reset: app",
                "Booking the reset of a JPKI PIN. Every request carries a DPoP proof (RFC 9449) under the app's \
                 device key: typ `dpop+jwt`, alg `ES256`, `htm`, `htu`, `iat`, `jti`, the `nonce` from the \
                 `DPoP-Nonce` header of the last answer, and, where there is a body, `body_sha256`: unpadded \
                 base64url of the SHA-256 of the raw body.",
            ),
            Self::Kiosk => (
                "jpki-reset: kiosk",
                "Redeeming a reservation. Mutual TLS: only a kiosk's certificate that was admitted and not \
                 disabled gets through. To a kiosk any 4xx but 408 and 429 is final.",
            ),
            Self::Admin => (
                "jpki-reset: admin",
                "Commands of the operator on the same machine. `/healthz`, `/readyz` and `/metrics` need no token.",
            ),
        }
    }

    /// The handlers of this interface.
    pub fn routes(self) -> fn(&mut ServiceConfig<'_>) {
        match self {
            Self::App => handlers::app::routes,
            Self::Kiosk => handlers::kiosk::routes,
            Self::Admin => handlers::admin::routes,
        }
    }

    /// The document.
    pub fn document(self) -> OpenApi {
        let (_, mut document) = App::new().into_utoipa_app().configure(self.routes()).split_for_parts();
        let (title, description) = self.about();
        document.info = InfoBuilder::new()
            .title(title)
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(description))
            .build();
        let components = document.components.take().unwrap_or_default();
        let components = ComponentsBuilder::from(components)
            .schema(Problem::name(), Problem::schema())
            .schema(Facts::name(), Facts::schema())
            .schema(Advice::name(), Advice::schema())
            .schema(Sentence::name(), Sentence::schema());
        document.components = Some(self.security(components).build());
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                self.complete(operation);
            }
        }
        document
    }

    fn security(self, components: ComponentsBuilder) -> ComponentsBuilder {
        let bearer = |about: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about));
            SecurityScheme::Http(scheme.build())
        };
        match self {
            Self::App => {
                let proof = ApiKeyValue::with_description("DPoP", "A DPoP proof for exactly this request.");
                components.security_scheme("dpop", SecurityScheme::ApiKey(ApiKey::Header(proof)))
            }
            Self::Kiosk => components
                .security_scheme(
                    "mutual-tls",
                    SecurityScheme::MutualTls { description: None, deprecated: None, extensions: None },
                )
                .security_scheme("claim-token", bearer("`claim_token` of the claim.")),
            Self::Admin => {
                components.security_scheme("admin-token", bearer("The content of the token file."))
            }
        }
    }

    /// Adds what every operation shares.
    fn complete(self, operation: &mut Operation) {
        let schema = Ref::from_schema_name(Problem::name());
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let problem = ResponseBuilder::new()
            .description("A problem (RFC 9457) with a next step for the person, in Japanese and English.")
            .content(MEDIA_TYPE, content)
            .build();
        operation.responses.responses.insert("default".to_owned(), problem.into());
        if operation.security.is_none() {
            let scheme = match self {
                Self::App => "dpop",
                Self::Kiosk => "mutual-tls",
                Self::Admin => "admin-token",
            };
            operation.security = Some(vec![SecurityRequirement::new(scheme, Vec::<String>::new())]);
        }
    }

    /// The document as it is served and kept as a golden file.
    pub fn json(self) -> String {
        let mut text =
            self.document().to_pretty_json().expect("an OpenAPI document has only strings and numbers");
        text.push('\n');
        text
    }
}

/// The answer to a request for the document.
pub fn answer(document: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().filter_map(Option::as_mut)
}
